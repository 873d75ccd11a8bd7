package ex03

import "testing"

func TestHammer(t *testing.T) {
	var c Counters
	c.Hammer(1000)
	c.Hammer(500)
	if a, b := c.A.Load(), c.B.Load(); a != 1500 || b != 1500 {
		t.Errorf("counted %d and %d, want 1500 each", a, b)
	}
}

// BenchmarkHammer measures one Add to each counter, both at the same time. It needs two
// processors: with -cpu=1 the goroutines take turns and there is nothing to see.
func BenchmarkHammer(b *testing.B) {
	c := new(Counters)
	b.ResetTimer()
	c.Hammer(b.N)
}
