package plain

import "testing"

func TestCount(t *testing.T) {
	if got := Count(1000); got != 2000 {
		t.Errorf("%d, want 2000", got)
	}
}

func BenchmarkCount(b *testing.B) {
	Count(b.N)
}
