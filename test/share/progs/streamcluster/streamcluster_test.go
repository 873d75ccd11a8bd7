package streamcluster

import "testing"

var dist = func() []float64 {
	v := make([]float64, 128)
	for i := range v {
		v[i] = float64(i * 37 % 128)
	}
	return v
}()

func TestCost(t *testing.T) {
	if got := Cost(dist, 64, 10); got != 2*10*2080 {
		t.Errorf("cost %v, want %v", got, 2*10*2080)
	}
}

// BenchmarkCost measures one round over 128 distances, by each worker.
func BenchmarkCost(b *testing.B) {
	Cost(dist, 64, b.N)
}
