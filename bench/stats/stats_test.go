package stats

import (
	"math"
	"math/rand"
	"testing"
)

func near(t *testing.T, what string, got, want, by float64) {
	t.Helper()
	if !(math.Abs(got-want) <= by) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func TestMedian(t *testing.T) {
	xs := []float64{5, 1, 4, 2}
	near(t, "even", Median(xs), 3, 0)
	near(t, "odd", Median(xs[:3]), 4, 0)
	if xs[0] != 5 || !math.IsNaN(Median(nil)) {
		t.Error("order kept, NaN for nothing")
	}
}

// Ranks and levels as binomial tables give them.
func TestMedianInterval(t *testing.T) {
	for _, c := range []struct {
		n, k  int
		level float64
	}{
		{1, 1, 0}, {5, 1, 0.9375}, {6, 1, 0.96875}, {8, 1, 0.9921875}, {9, 2, 0.9609375},
		{10, 2, 0.978515625}, {12, 3, 0.96142578125}, {20, 6, 0.9586105}, {25, 8, 0.9567147},
	} {
		xs := make([]float64, c.n)
		for i := range xs {
			xs[i] = float64(c.n - i)
		}
		in := MedianInterval(xs, 0.95)
		near(t, "low", in.Low, float64(c.k), 0)
		near(t, "high", in.High, float64(c.n+1-c.k), 0)
		near(t, "level", in.Level, c.level, 1e-6)
	}
}

func TestMannWhitney(t *testing.T) {
	near(t, "3 against 3, apart", MannWhitney([]float64{1, 2, 3}, []float64{4, 5, 6}), 0.1, 1e-12)
	near(t, "either way round", MannWhitney([]float64{4, 5, 6}, []float64{1, 2, 3}), 0.1, 1e-12)
	// 5 against 5 with U = 2: 4 of 252 orders are as far out on one side.
	near(t, "U = 2", MannWhitney([]float64{1, 2, 3, 4, 7}, []float64{5, 6, 8, 9, 10}), 8.0/252, 1e-12)
	near(t, "interleaved", MannWhitney([]float64{1, 3, 5}, []float64{2, 4, 6}), 0.7, 1e-12)
	near(t, "all equal", MannWhitney([]float64{1, 1, 1}, []float64{1, 1}), 1, 0)
	near(t, "nothing", MannWhitney(nil, []float64{1}), 1, 0)
	// With ties: U = 1, mean 8, variance 16/12*(9-24/56), continuity corrected.
	z := 6.5 / math.Sqrt(16.0/12*(9-24.0/56))
	near(t, "ties", MannWhitney([]float64{1, 2, 3, 3}, []float64{3, 4, 5, 6}), math.Erfc(z/math.Sqrt2), 1e-12)
}

// Where there is no difference, p < 0.05 comes about in one case of twenty.
func TestMannWhitneyRate(t *testing.T) {
	rng := rand.New(rand.NewSource(7))
	small := 0
	const tries = 4000
	for i := 0; i < tries; i++ {
		var x, y [10]float64
		for j := range x {
			x[j], y[j] = rng.ExpFloat64(), rng.ExpFloat64()
		}
		if MannWhitney(x[:], y[:]) < 0.05 {
			small++
		}
	}
	near(t, "rate of p < 0.05", float64(small)/tries, 0.045, 0.012)
}

func TestGeoMean(t *testing.T) {
	near(t, "2 and 8", GeoMean([]float64{2, 8}), 4, 1e-12)
	in := GeoMeanInterval([][]float64{{2, 2, 2}, {8, 8, 8}}, 0.95)
	near(t, "no spread", in.Low, 4, 1e-12)
	near(t, "no spread", in.High, 4, 1e-12)
	in = GeoMeanInterval([][]float64{{1, 2, 3, 4, 5}}, 0.95)
	if !(in.Low >= 1 && in.Low < 3 && in.High > 3 && in.High <= 5) {
		t.Errorf("spread: %v", in)
	}
	if in != GeoMeanInterval([][]float64{{1, 2, 3, 4, 5}}, 0.95) {
		t.Error("not the same again")
	}
}
