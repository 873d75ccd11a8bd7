//go:build !cured

package linreg

// lreg has 72 bytes: some of one worker's sums are on the line where the next worker's begin.
type lreg struct {
	worker                int
	points                []point
	sx, sy, sxx, syy, sxy int64
}
