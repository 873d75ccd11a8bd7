package spinpool

import "testing"

func TestTouch(t *testing.T) {
	if got := Touch(1000); got != 2000 {
		t.Errorf("taken %d times, want 2000", got)
	}
}

// BenchmarkTouch measures one lock and unlock, by each worker.
func BenchmarkTouch(b *testing.B) {
	Touch(b.N)
}
