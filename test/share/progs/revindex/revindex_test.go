package revindex

import "testing"

func TestIndex(t *testing.T) {
	if got := Index(1500); got != 2*(1500-most) {
		t.Errorf("%d links, want %d", got, 2*(1500-most))
	}
}

// BenchmarkIndex measures appending one link, by each worker.
func BenchmarkIndex(b *testing.B) {
	Index(b.N)
}
