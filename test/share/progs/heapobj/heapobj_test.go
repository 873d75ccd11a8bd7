package heapobj

import "testing"

func TestCount(t *testing.T) {
	all := Pool()
	Count(all, 1000)
	for _, c := range all {
		if c.n != 1000 {
			t.Errorf("counted %d, want 1000", c.n)
		}
	}
}

// BenchmarkCount measures one addition by each worker. Of all the pools the last is used: the first
// objects of a size may lie in the gaps that others have left.
func BenchmarkCount(b *testing.B) {
	var all []*counter
	for i := 0; i < 100; i++ {
		all = Pool()
	}
	b.ResetTimer()
	Count(all, b.N)
}
