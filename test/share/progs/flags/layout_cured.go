//go:build cured

package flags

import "sync/atomic"

// Job has them apart.
type Job struct {
	stop atomic.Bool
	_    [64]byte
	done atomic.Int64
	_    [56]byte
}
