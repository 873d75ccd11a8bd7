// Package linreg is the idea of Phoenix's linear_regression: a slice with a struct of sums for each
// worker, whose size is no multiple of a cache line.
package linreg

import "share.test/both"

type point struct{ x, y int64 }

// Sums goes n times over the points, once for each worker, and gives the sum of all x*y.
func Sums(points []point, n int) (xy int64) {
	args := make([]lreg, both.Workers)
	for w := range args {
		args[w].points = points
	}
	both.Run(func(w int) {
		a := &args[w]
		for i := 0; i < n; i++ {
			for _, p := range a.points {
				a.sx += p.x
				a.sxx += p.x * p.x
				a.sy += p.y
				a.syy += p.y * p.y
				a.sxy += p.x * p.y
			}
		}
	})
	for w := range args {
		xy += args[w].sxy
	}
	return xy
}
