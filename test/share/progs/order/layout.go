//go:build !cured

package order

import "sync/atomic"

// Stats mixes up what two goroutines write.
type Stats struct {
	// packets
	in, out atomic.Int64

	inBytes  atomic.Int64 // of those in
	outBytes atomic.Int64 // and out

	// of the link, set once
	name, peer string
	address    [16]byte
	mtu        int
}
