//go:build !cured

package shards

import "sync"

// lock is 8 bytes: 8 of them are a line.
type lock struct {
	mu sync.Mutex
}
