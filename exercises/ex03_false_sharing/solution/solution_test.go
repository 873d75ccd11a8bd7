package solution

import (
	"testing"
	"unsafe"
)

func TestHammer(t *testing.T) {
	var c Counters
	c.Hammer(1000)
	c.Hammer(500)
	if a, b := c.A.Load(), c.B.Load(); a != 1500 || b != 1500 {
		t.Errorf("counted %d and %d, want 1500 each", a, b)
	}
}

// TestLines is the proof of the exercise: no cache line holds a part of both counters, wherever
// the struct begins. (The benchmark shows the gain, but time is no matter for a test.)
func TestLines(t *testing.T) {
	for i := 0; i < 100; i++ {
		c := new(Counters)
		a, b := uintptr(unsafe.Pointer(&c.A)), uintptr(unsafe.Pointer(&c.B))
		if a/lineSize == b/lineSize {
			t.Fatalf("A at %#x and B at %#x share a line", a, b)
		}
	}
}

// BenchmarkHammer measures one Add to each counter, both at the same time.
func BenchmarkHammer(b *testing.B) {
	c := new(Counters)
	b.ResetTimer()
	c.Hammer(b.N)
}
