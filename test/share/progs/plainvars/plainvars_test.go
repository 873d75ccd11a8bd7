package plainvars

import "testing"

func TestCount(t *testing.T) {
	before := Total()
	Count(1000)
	if reads == 0 || Total()-before != 2000 {
		t.Errorf("%d more, want 2000", Total()-before)
	}
}

func BenchmarkCount(b *testing.B) {
	Count(b.N)
}
