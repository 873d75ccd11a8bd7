package c_phases

import "testing"

func TestWork(t *testing.T) {
	s := new(Steps)
	s.Work(1000)
	if s.load.Load() != 1000 || s.save.Load() != 1000 {
		t.Errorf("%d and %d, want 1000 each", s.load.Load(), s.save.Load())
	}
}

func BenchmarkWork(b *testing.B) {
	s := new(Steps)
	b.ResetTimer()
	s.Work(b.N)
}
