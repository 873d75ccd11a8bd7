package shards

import "testing"

func TestUse(t *testing.T) {
	if got := New().Use(1000); got != 2000 {
		t.Errorf("used %d times, want 2000", got)
	}
}

// BenchmarkUse measures one use by each worker.
func BenchmarkUse(b *testing.B) {
	c := New()
	b.ResetTimer()
	c.Use(b.N)
}
