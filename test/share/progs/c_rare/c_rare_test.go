package c_rare

import "testing"

func TestWork(t *testing.T) {
	p := new(Progress)
	p.Work(1000)
	if p.done.Load() != 1000 || p.logged.Load() != 1 {
		t.Errorf("%d and %d, want 1000 and 1", p.done.Load(), p.logged.Load())
	}
}

func BenchmarkWork(b *testing.B) {
	p := new(Progress)
	b.ResetTimer()
	p.Work(b.N)
}
