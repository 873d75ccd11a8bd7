//go:build cured

package fields

import "sync/atomic"

// Stats has each counter on a line of its own, and neither on that of its first byte, which checks for nil read.
type Stats struct {
	_        [64]byte
	Requests atomic.Int64
	_        [56]byte
	Failures atomic.Int64
	_        [56]byte
}
