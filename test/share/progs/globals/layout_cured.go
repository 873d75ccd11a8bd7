//go:build cured

package globals

import "sync/atomic"

type padded struct {
	_ [64]byte
	atomic.Int64
	_ [56]byte
}

var (
	hits   padded
	misses padded
)
