package mixed

import "testing"

func TestWork(t *testing.T) {
	s := new(Sums)
	s.Work(1000)
	if s.total.Load() != 500 || s.good.Load() != 1000 || s.errs.Load() != 1000 {
		t.Errorf("%d, %d, %d", s.total.Load(), s.good.Load(), s.errs.Load())
	}
}

// BenchmarkWork measures one round by each worker.
func BenchmarkWork(b *testing.B) {
	s := new(Sums)
	b.ResetTimer()
	s.Work(b.N)
}
