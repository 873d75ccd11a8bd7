package heapobj

import "testing"

func TestCount(t *testing.T) {
	all := Pool()
	Count(all, 1000)
	if all[0].n != 1000 || all[1].n != 2000 || all[2].n != 1000 {
		t.Errorf("counted %d, %d, %d, want 1000, 2000, 1000", all[0].n, all[1].n, all[2].n)
	}
}

// BenchmarkCount measures two additions by each worker. Of all the pools the last is used: the first
// objects of a size may lie in the gaps that others have left.
func BenchmarkCount(b *testing.B) {
	var all []*counter
	for i := 0; i < 100; i++ {
		all = Pool()
	}
	b.ResetTimer()
	Count(all, b.N)
}
