//go:build race && go1.21

package hb

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// What came with Go 1.21.

func (rules) TestNoRaceOnceFunc() {
	x := 0
	f := sync.OnceFunc(func() { x = 1 })
	g := func() { f(); use(x) }
	inTurn(g, g, g)
}

func (rules) TestRaceOnceFuncWriteAfter() {
	x := 0
	f := sync.OnceFunc(func() {})
	inTurn(func() { f(); x = 1 }, func() { f(); use(x) })
}

func (rules) TestNoRaceOnceValue() {
	f := sync.OnceValue(func() *int { p := new(int); *p = 1; return p })
	g := func() { use(*f()) }
	inTurn(g, g, g)
}

func (rules) TestRaceOnceValueShared() {
	f := sync.OnceValue(func() *int { return new(int) })
	g := func() { *f() = 1 }
	inTurn(g, g)
}

func (rules) TestNoRaceOnceValues() {
	f := sync.OnceValues(func() (*int, error) { p := new(int); *p = 1; return p, nil })
	g := func() { p, err := f(); use(*p); use(err) }
	together(g, g, g)
}

func (rules) TestNoRaceOnceFuncPanics() {
	x := 0
	f := sync.OnceFunc(func() { x = 1; panic(errBoom) })
	g := func() {
		defer func() { use(recover()); use(x) }()
		f()
	}
	inTurn(g, g)
}

// The compiler does not instrument clear of a slice.
func (rules) TestHiddenClearSlice() {
	s := make([]int, 8)
	inTurn(func() { use(s[7]) }, func() { clear(s) })
}

func (rules) TestNoRaceClearSliceHalf() {
	s := make([]int, 8)
	inTurn(func() { s[4] = 1 }, func() { clear(s[:4]) })
}

func (rules) TestRaceClearMap() {
	m := map[int]int{1: 1}
	inTurn(func() { use(len(m)) }, func() { clear(m) })
}

func (rules) TestRaceClearMapOfStructs() {
	m := map[pair]string{{1, 2}: "a"}
	inTurn(func() { use(m[pair{1, 2}]) }, func() { clear(m) })
}

// The runtime clones maps, and has no hook there.
func (rules) TestHiddenMapClone() {
	m := map[int]int{1: 1}
	inTurn(func() { m[2] = 1 }, func() { use(maps.Clone(m)) })
}

func (rules) TestRaceSliceClone() {
	s := make([]int, 4)
	inTurn(func() { s[3] = 1 }, func() { use(slices.Clone(s)) })
}

func (rules) TestRaceSortAndRead() {
	s := []int{3, 2, 1}
	someReports() // the sort compares and moves
	inTurn(func() { use(s[0]) }, func() { slices.Sort(s) })
}

func (rules) TestNoRaceContextAfterFunc() {
	ctx, cancel := context.WithCancel(context.Background())
	x, t := 0, new(turn)
	context.AfterFunc(ctx, func() { use(x); t.to(1) })
	inTurn(func() { x = 1; cancel() })
	t.at(1)
}

func (rules) TestRaceContextAfterFuncWriteAfter() {
	ctx, cancel := context.WithCancel(context.Background())
	x, t := 0, new(turn)
	context.AfterFunc(ctx, func() { t.at(1); use(x); t.to(2) })
	inTurn(func() { cancel(); x = 1; t.to(1) })
	t.at(2)
}
