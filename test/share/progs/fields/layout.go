//go:build !cured

package fields

import "sync/atomic"

// Stats has two counters on one line.
type Stats struct {
	Requests atomic.Int64
	Failures atomic.Int64
}
