//go:build race && go1.20

package hb

import (
	"context"
	"sync"
	"unsafe"
)

// What came with Go 1.20.

func (rules) TestNoRaceSyncMapSwap() {
	var m sync.Map
	x := 0
	inTurn(
		func() { x = 1; m.Swap("k", 1) },
		func() { m.Swap("k", 2); use(x) },
		func() { m.Load("k"); use(x) })
}

func (rules) TestRaceSyncMapSwapWriteAfter() {
	var m sync.Map
	x := 0
	inTurn(
		func() { m.Swap("k", 1); x = 1 },
		func() { m.Swap("k", 2); use(x) })
}

func (rules) TestNoRaceSyncMapCompareAndSwap() {
	var m sync.Map
	m.Store("k", 0)
	x := 0
	inTurn(
		func() { x = 1; m.CompareAndSwap("k", 0, 1) },
		func() {
			if m.CompareAndSwap("k", 1, 2) {
				use(x)
			}
		},
		func() { m.Load("k"); use(x) })
}

func (rules) TestNoRaceSyncMapCompareAndSwapFails() {
	var m sync.Map
	m.Store("k", 0)
	x := 0
	inTurn(
		func() { x = 1; m.CompareAndSwap("k", 0, 1) },
		func() {
			if !m.CompareAndSwap("k", 0, 2) {
				use(x)
			}
		})
}

func (rules) TestRaceSyncMapCompareAndSwapWriteAfter() {
	var m sync.Map
	m.Store("k", 0)
	x := 0
	inTurn(
		func() { m.CompareAndSwap("k", 0, 1); x = 1 },
		func() { m.Load("k"); use(x) })
}

func (rules) TestNoRaceSyncMapCompareAndDelete() {
	var m sync.Map
	m.Store("k", 0)
	x := 0
	inTurn(
		func() { x = 1; m.CompareAndDelete("k", 0) },
		func() {
			if _, ok := m.Load("k"); !ok {
				use(x)
			}
		})
}

func (rules) TestRaceSliceConvertedToArray() {
	s := make([]int, 4)
	inTurn(func() { s[3] = 1 }, func() { use([4]int(s)) })
}

// The compiler takes it that the bytes of a string are never written, and tells no detector of reads.
func (rules) TestHiddenStringOverBytes() {
	b := []byte("abcdefgh")
	s := unsafe.String(&b[0], len(b))
	inTurn(func() { b[2] = 'x' }, func() { use(s[2]) })
}

func (rules) TestNoRaceContextCause() {
	ctx, cancel := context.WithCancelCause(context.Background())
	x := 0
	inTurn(
		func() { x = 1; cancel(errBoom) },
		func() {
			if context.Cause(ctx) == errBoom {
				use(x)
			}
		})
}
