//go:build race && go1.23

package hb

import (
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unique"
)

// What came with Go 1.23.

func (rules) TestNoRaceAtomicAndOr() {
	i32, u32, i64, u64, up := new(int32), new(uint32), new(int64), new(uint64), new(uintptr)
	orders(
		[]func(){func() { atomic.AndInt32(i32, 1) }, func() { atomic.OrInt32(i32, 2) }},
		[]func(){func() { atomic.AndInt32(i32, 1) }, func() { atomic.OrInt32(i32, 2) }, func() { atomic.LoadInt32(i32) }})
	orders(
		[]func(){func() { atomic.AndUint32(u32, 1) }, func() { atomic.OrUint32(u32, 2) }},
		[]func(){func() { atomic.AndUint32(u32, 1) }, func() { atomic.OrUint32(u32, 2) }, func() { atomic.LoadUint32(u32) }})
	orders(
		[]func(){func() { atomic.AndInt64(i64, 1) }, func() { atomic.OrInt64(i64, 2) }},
		[]func(){func() { atomic.AndInt64(i64, 1) }, func() { atomic.OrInt64(i64, 2) }, func() { atomic.LoadInt64(i64) }})
	orders(
		[]func(){func() { atomic.AndUint64(u64, 1) }, func() { atomic.OrUint64(u64, 2) }},
		[]func(){func() { atomic.AndUint64(u64, 1) }, func() { atomic.OrUint64(u64, 2) }, func() { atomic.LoadUint64(u64) }})
	orders(
		[]func(){func() { atomic.AndUintptr(up, 1) }, func() { atomic.OrUintptr(up, 2) }},
		[]func(){func() { atomic.AndUintptr(up, 1) }, func() { atomic.OrUintptr(up, 2) }, func() { atomic.LoadUintptr(up) }})
}

func (rules) TestNoRaceAtomicAndOrValues() {
	v := new(uint32)
	atomic.StoreUint32(v, 0b1100)
	if old := atomic.AndUint32(v, 0b0110); old != 0b1100 || atomic.LoadUint32(v) != 0b0100 {
		panic("And")
	}
	if old := atomic.OrUint32(v, 0b0011); old != 0b0100 || atomic.LoadUint32(v) != 0b0111 {
		panic("Or")
	}
	w := new(uint64)
	atomic.StoreUint64(w, 0b1100<<40)
	if old := atomic.AndUint64(w, 0b0110<<40); old != 0b1100<<40 || atomic.LoadUint64(w) != 0b0100<<40 {
		panic("And")
	}
	if old := atomic.OrUint64(w, 0b0011<<40); old != 0b0100<<40 || atomic.LoadUint64(w) != 0b0111<<40 {
		panic("Or")
	}
}

func (rules) TestRaceAtomicAndWriteAfter() {
	x, v := 0, new(int32)
	inTurn(func() { atomic.AndInt32(v, 1); x = 1 }, func() { atomic.LoadInt32(v); use(x) })
}

func (rules) TestRaceAtomicOrWriteAfter() {
	x, v := 0, new(int64)
	inTurn(func() { atomic.OrInt64(v, 1); x = 1 }, func() { atomic.LoadInt64(v); use(x) })
}

func (rules) TestRaceAtomicOrPlainRead() {
	v := keep(new(uint64))
	inTurn(func() { atomic.OrUint64(v, 1) }, func() { use(*v) })
}

func (rules) TestRaceAtomicAndPlainRead() {
	v := keep(new(uint32))
	inTurn(func() { atomic.AndUint32(v, 1) }, func() { use(*v) })
}

func (rules) TestNoRaceSyncMapClear() {
	var m sync.Map
	m.Store("k", 1)
	x := 0
	inTurn(
		func() { x = 1; m.Clear() },
		func() {
			if _, ok := m.Load("k"); !ok {
				use(x)
			}
		})
}

func (rules) TestRaceSyncMapClearWriteAfter() {
	var m sync.Map
	m.Store("k", 1)
	x := 0
	inTurn(
		func() { m.Clear(); x = 1 },
		func() { m.Load("k"); use(x) })
}

// Before 1.23 Ticker.Reset had no hook.
func (rules) TestNoRaceTickerReset() {
	x, ticker := 0, time.NewTicker(time.Hour)
	inTurn(
		func() { x = 1; ticker.Reset(soon) },
		func() { <-ticker.C; <-ticker.C; use(x) })
	ticker.Stop()
}

func (rules) TestRaceTickerResetWriteAfter() {
	x, ticker := 0, time.NewTicker(time.Hour)
	inTurn(
		func() { ticker.Reset(soon); x = 1 },
		func() { <-ticker.C; <-ticker.C; use(x) })
	ticker.Stop()
}

// A function iterator calls the loop's body: one goroutine, nothing to order.
func (rules) TestNoRaceRangeOverFunction() {
	x := new(int)
	three := func(yield func(int) bool) {
		for i := 0; i < 3; i++ {
			*x++
			if !yield(i) {
				return
			}
		}
	}
	inTurn(func() {
		for i := range three {
			*x += i
		}
	})
}

// The body may start goroutines like any other code.
func (rules) TestRaceRangeOverFunctionBody() {
	x, t := new(int), new(turn)
	for i := range slices.Values([]int{1, 2}) {
		go func() {
			t.at(int32(i))
			*x = i
			t.to(int32(i) + 1)
		}()
	}
	t.to(1)
	t.at(3)
}

// iter.Pull runs the iterator in a coroutine; next, yield and stop order both ways.
func (rules) TestNoRacePull() {
	x, y := new(int), new(int)
	inTurn(func() {
		next, stop := iter.Pull(func(yield func(int) bool) {
			*x = 1
			yield(*y)
			*x = 2
			yield(*y)
			*x = 3
		})
		*y = 1
		next()
		use(*x)
		*y = 2
		next()
		use(*x)
		*y = 3
		stop()
		use(*x)
	})
}

func (rules) TestNoRacePullFromTwoOrdered() {
	next, stop := iter.Pull(maps.Keys(map[int]int{1: 1, 2: 2}))
	c := make(chan int, 1)
	inTurn(func() { next(); c <- 0 }, func() { <-c; next(); stop() })
}

// next must not be called by two goroutines at once; iter tells the detector of a write.
func (rules) TestRacePullFromTwo() {
	next, stop := iter.Pull(slices.Values([]int{1, 2, 3}))
	someReports() // what next keeps of its own as well
	inTurn(func() { next() }, func() { next() })
	stop()
}

func (rules) TestNoRacePull2() {
	x := new(int)
	inTurn(func() {
		next, stop := iter.Pull2(func(yield func(int, int) bool) {
			*x = 1
			yield(1, 2)
			*x = 2
		})
		next()
		use(*x)
		stop()
		*x = 3
	})
}

func (rules) TestNoRaceUnique() {
	f := func() { use(unique.Make("abc").Value()); use(unique.Make(pair{1, 2})) }
	together(f, f, f)
}

func (rules) TestRaceMapsCollected() {
	m := map[int]int{1: 1}
	someReports()
	inTurn(func() { m[2] = 1 }, func() { use(slices.Collect(maps.Keys(m))) })
}
