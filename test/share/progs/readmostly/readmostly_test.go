package readmostly

import "testing"

func TestWork(t *testing.T) {
	m := New(4)
	if got := m.Work(16); got != 4*120 || m.size.Load() != 16 {
		t.Errorf("sum %d, size %d, want 480 and 16", got, m.size.Load())
	}
}

// BenchmarkWork measures an insertion that is counted, and four lookups at the same time.
func BenchmarkWork(b *testing.B) {
	m := New(8)
	b.ResetTimer()
	m.Work(b.N)
}
