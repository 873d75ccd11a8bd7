package flags

import "testing"

func TestWork(t *testing.T) {
	j := new(Job)
	if got := j.Work(1000); got != 4000 || j.done.Load() != 999 {
		t.Errorf("asked %d times, done %d, want 4000 and 999", got, j.done.Load())
	}
}

// BenchmarkWork measures one store, and four loads at the same time.
func BenchmarkWork(b *testing.B) {
	j := new(Job)
	b.ResetTimer()
	j.Work(b.N)
}
