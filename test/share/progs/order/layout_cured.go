//go:build cured

package order

import "sync/atomic"

// Stats has the fields of each writer together, a line apart, and what is seldom used at the beginning, where checks for nil
// read.
type Stats struct {
	// of the link, set once
	name, peer string
	address    [16]byte
	mtu        int
	_          [8]byte

	in      atomic.Int64
	inBytes atomic.Int64 // of those in
	_       [56]byte

	out      atomic.Int64
	outBytes atomic.Int64 // and out
}
