//go:build !cured

package flags

import "sync/atomic"

// Job has the flag that is read on the line of the progress that is written.
type Job struct {
	stop atomic.Bool
	done atomic.Int64
}
