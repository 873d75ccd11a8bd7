package c_separate

import "testing"

func TestCount(t *testing.T) {
	if got := Count(1000); got != 2000 {
		t.Errorf("counted %d, want 2000", got)
	}
}

func BenchmarkCount(b *testing.B) {
	Count(b.N)
}
