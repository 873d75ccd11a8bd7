//go:build cured

package shards

import "sync"

// lock fills a line.
type lock struct {
	mu sync.Mutex
	_  [56]byte
}
