//go:build cured

package fields

import "sync/atomic"

// Stats has each counter on a line of its own.
type Stats struct {
	Requests atomic.Int64
	_        [56]byte
	Failures atomic.Int64
	_        [56]byte
}
