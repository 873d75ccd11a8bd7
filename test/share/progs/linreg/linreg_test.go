package linreg

import "testing"

var points = func() []point {
	v := make([]point, 64)
	for i := range v {
		v[i] = point{int64(i), int64(2 * i)}
	}
	return v
}()

func TestSums(t *testing.T) {
	if got, want := Sums(points, 10), int64(2*10*2*85344); got != want {
		t.Errorf("sum of x*y is %d, want %d", got, want)
	}
}

// BenchmarkSums measures one round over 64 points, by each worker.
func BenchmarkSums(b *testing.B) {
	Sums(points, b.N)
}
