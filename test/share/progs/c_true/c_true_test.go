package c_true

import "testing"

func TestCount(t *testing.T) {
	c := new(Counter)
	c.Count(1000)
	if c.n.Load() != 2000 {
		t.Errorf("counted %d, want 2000", c.n.Load())
	}
}

func BenchmarkCount(b *testing.B) {
	c := new(Counter)
	b.ResetTimer()
	c.Count(b.N)
}
