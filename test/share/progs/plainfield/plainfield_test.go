package plainfield

import "testing"

func TestWork(t *testing.T) {
	p := New("pool")
	p.Reset()
	p.Work(1000)
	if p.Jobs() != 2000 || p.jobs[1] != 1000 {
		t.Errorf("%d jobs, %d of the second worker", p.Jobs(), p.jobs[1])
	}
}

func BenchmarkWork(b *testing.B) {
	p := New("pool")
	b.ResetTimer()
	p.Work(b.N)
}
