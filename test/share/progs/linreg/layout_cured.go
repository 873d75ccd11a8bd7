//go:build cured

package linreg

// lreg fills whole lines; the padding in front keeps off whatever lies before the slice.
type lreg struct {
	_                     [64]byte
	worker                int
	points                []point
	sx, sy, sxx, syy, sxy int64
	_                     [56]byte
}
