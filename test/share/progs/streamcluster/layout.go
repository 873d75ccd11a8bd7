//go:build !cured

package streamcluster

const cacheLine = 32

type cost struct {
	lower float64
	high  int64
	_     [cacheLine - 16]byte
}
