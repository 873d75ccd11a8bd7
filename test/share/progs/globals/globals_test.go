package globals

import "testing"

func TestCount(t *testing.T) {
	h, m := hits.Load(), misses.Load()
	Count(1000)
	if h, m = hits.Load()-h, misses.Load()-m; h != 1000 || m != 1000 {
		t.Errorf("%d hits, %d misses, want 1000 each", h, m)
	}
}

// BenchmarkCount measures a hit and a miss at the same time.
func BenchmarkCount(b *testing.B) {
	Count(b.N)
}
