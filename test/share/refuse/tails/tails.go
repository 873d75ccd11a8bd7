// Package tails shares the last line of objects behind the last of which a span of the heap has a rest (GOROOT/src/runtime/sizeclasses.go:
// 19 of 416 bytes in 8192).
package tails

import (
	"sync"
	"sync/atomic"
)

type block struct {
	head        [50]int64
	left, right int64
}

// Count counts in both of the last words of a span's worth of blocks, and more.
func Count(n int) {
	var blocks [64]*block
	for i := range blocks {
		blocks[i] = new(block)
	}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		for i := 0; i < n; i++ {
			atomic.AddInt64(&blocks[i%64].left, 1)
		}
	}()
	go func() {
		defer wg.Done()
		for i := 0; i < n; i++ {
			atomic.AddInt64(&blocks[i%64].right, 1)
		}
	}()
	wg.Wait()
}
