// Package stats judges paired measurements on noisy machines: medians with a confidence interval
// that assumes no distribution, the Mann–Whitney U test, and a bootstrap for a geometric mean of
// many medians. Nothing is thrown away as an outlier.
package stats

import (
	"math"
	"math/rand"
	"sort"
)

// Median returns the middle of xs, which it leaves in order; NaN if there are none.
func Median(xs []float64) float64 {
	n := len(xs)
	if n == 0 {
		return math.NaN()
	}
	s := sorted(xs)
	if n%2 == 1 {
		return s[n/2]
	}
	return (s[n/2-1] + s[n/2]) / 2
}

// An Interval holds a median; Level is the probability with which it does.
type Interval struct {
	Low, High, Level float64
}

// MedianInterval gives the narrowest symmetric pair of order statistics that encloses the median
// with at least the wanted probability, or the widest there is if xs is too small for it (six
// values are needed for 95 %). The median lies outside [x(k), x(n+1-k)] if fewer than k of n fair
// coins fall on one side: David and Nagaraja, Order Statistics, §7.1.
func MedianInterval(xs []float64, level float64) Interval {
	n := len(xs)
	if n == 0 {
		return Interval{math.NaN(), math.NaN(), 0}
	}
	s := sorted(xs)
	in := Interval{s[0], s[n-1], 1 - 2*tail(n, 0)}
	for k := 1; k < n/2; k++ {
		covered := 1 - 2*tail(n, k)
		if covered < level {
			break
		}
		in = Interval{s[k], s[n-1-k], covered}
	}
	return in
}

// tail is the probability that of n fair coins at most k show heads.
func tail(n, k int) float64 {
	sum := 0.0
	for i := 0; i <= k; i++ {
		sum += math.Exp(logChoose(n, i) - float64(n)*math.Ln2)
	}
	return math.Min(sum, 0.5)
}

func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

// exactLimit bounds the sizes for which U's distribution is counted out.
const exactLimit = 40

// MannWhitney returns the two-sided p-value of the hypothesis that xs and ys come from one
// distribution (Mann and Whitney, Annals of Mathematical Statistics 18, 1947). Exact for small
// samples without ties; otherwise by the normal approximation, corrected for ties and continuity.
func MannWhitney(xs, ys []float64) float64 {
	n, m := len(xs), len(ys)
	if n == 0 || m == 0 {
		return 1
	}
	u, ties := rankU(xs, ys)
	if ties == 0 && n <= exactLimit && m <= exactLimit {
		return exactP(n, m, u)
	}
	total := float64(n + m)
	mean := float64(n) * float64(m) / 2
	variance := float64(n) * float64(m) / 12 * (total + 1 - ties/(total*(total-1)))
	if variance <= 0 {
		return 1 // all values are equal
	}
	z := (math.Abs(u-mean) - 0.5) / math.Sqrt(variance)
	if z < 0 {
		z = 0
	}
	return math.Erfc(z / math.Sqrt2)
}

// rankU counts the pairs in which x is the greater one, a tie as half, and sums t³-t over the
// groups of t equal values.
func rankU(xs, ys []float64) (u, ties float64) {
	for _, x := range xs {
		for _, y := range ys {
			switch {
			case x > y:
				u++
			case x == y:
				u += 0.5
			}
		}
	}
	all := sorted(append(append([]float64(nil), xs...), ys...))
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j] == all[i] {
			j++
		}
		t := float64(j - i)
		ties += t*t*t - t
		i = j
	}
	return u, ties
}

// exactP counts, among all orders of n and m values, those whose U is at least as far out.
// ways[j][v] is the number of orders of i x's and j y's with U = v: the greatest value is either
// an x, which beats all j y's, or a y, which adds nothing.
func exactP(n, m int, u float64) float64 {
	ways := make([][]float64, m+1)
	for j := range ways {
		ways[j] = make([]float64, n*m+1)
		ways[j][0] = 1
	}
	for i := 1; i <= n; i++ {
		next := make([][]float64, m+1)
		for j := range next {
			next[j] = make([]float64, n*m+1)
			for v := range next[j] {
				if v >= j {
					next[j][v] += ways[j][v-j]
				}
				if j > 0 {
					next[j][v] += next[j-1][v]
				}
			}
		}
		ways = next
	}
	low := math.Min(u, float64(n*m)-u)
	extreme, all := 0.0, 0.0
	for v, w := range ways[m] {
		all += w
		if float64(v) <= low {
			extreme += w
		}
	}
	return math.Min(1, 2*extreme/all)
}

// GeoMean returns the geometric mean of positive numbers; NaN if there are none.
func GeoMean(xs []float64) float64 {
	if len(xs) == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, x := range xs {
		sum += math.Log(x)
	}
	return math.Exp(sum / float64(len(xs)))
}

// GeoMeanInterval is the bootstrap interval (Efron and Tibshirani, An Introduction to the
// Bootstrap, ch. 13) of the geometric mean of the groups' medians. The groups are what was chosen
// to be measured and stay; only the values within each are drawn again. The same input gives the
// same answer.
func GeoMeanInterval(groups [][]float64, level float64) Interval {
	const draws = 2000
	if len(groups) == 0 {
		return Interval{math.NaN(), math.NaN(), 0}
	}
	rng := rand.New(rand.NewSource(1))
	means := make([]float64, draws)
	medians := make([]float64, len(groups))
	var again []float64
	for d := range means {
		for g, xs := range groups {
			again = again[:0]
			for range xs {
				again = append(again, xs[rng.Intn(len(xs))])
			}
			medians[g] = Median(again)
		}
		means[d] = GeoMean(medians)
	}
	sort.Float64s(means)
	out := int(math.Round(float64(draws) * (1 - level) / 2))
	return Interval{means[out], means[draws-1-out], level}
}

func sorted(xs []float64) []float64 {
	s := append([]float64(nil), xs...)
	sort.Float64s(s)
	return s
}
