//go:build race

package hb

import (
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"
)

// The functions by which a program speaks to the detector itself (runtime/race.go). Package sync
// and others are built on them.

func (rules) TestNoRaceAcquireRelease() {
	x, s := 0, new(int)
	inTurn(
		func() { x = 1; runtime.RaceRelease(unsafe.Pointer(s)) },
		func() { runtime.RaceAcquire(unsafe.Pointer(s)); use(x) })
}

func (rules) TestRaceAcquireReleaseWriteAfter() {
	x, s := 0, new(int)
	inTurn(
		func() { runtime.RaceRelease(unsafe.Pointer(s)); x = 1 },
		func() { runtime.RaceAcquire(unsafe.Pointer(s)); use(x) })
}

func (rules) TestRaceAcquireOtherAddress() {
	x, s := 0, new([2]int)
	inTurn(
		func() { x = 1; runtime.RaceRelease(unsafe.Pointer(&s[0])) },
		func() { runtime.RaceAcquire(unsafe.Pointer(&s[1])); use(x) })
}

// The acquire came first: it got nothing.
func (rules) TestRaceAcquireThenRelease() {
	x, s := 0, new(int)
	inTurn(
		func() { x = 1; runtime.RaceAcquire(unsafe.Pointer(s)) },
		func() { runtime.RaceRelease(unsafe.Pointer(s)); use(x) })
}

// RaceRelease is a store: it replaces what was released before.
func (rules) TestRaceReleaseOverwrites() {
	x, s := 0, new(int)
	inTurn(
		func() { x = 1; runtime.RaceRelease(unsafe.Pointer(s)) },
		func() { runtime.RaceRelease(unsafe.Pointer(s)) },
		func() { runtime.RaceAcquire(unsafe.Pointer(s)); use(x) })
}

// RaceReleaseMerge adds to it.
func (rules) TestNoRaceReleaseMerge() {
	x, y, s := 0, 0, new(int)
	inTurn(
		func() { x = 1; runtime.RaceReleaseMerge(unsafe.Pointer(s)) },
		func() { y = 1; runtime.RaceReleaseMerge(unsafe.Pointer(s)) },
		func() { runtime.RaceAcquire(unsafe.Pointer(s)); use(x); use(y) })
}

func (rules) TestNoRaceReleaseThenMerge() {
	x, y, s := 0, 0, new(int)
	inTurn(
		func() { x = 1; runtime.RaceRelease(unsafe.Pointer(s)) },
		func() { y = 1; runtime.RaceReleaseMerge(unsafe.Pointer(s)) },
		func() { runtime.RaceAcquire(unsafe.Pointer(s)); use(x); use(y) })
}

func (rules) TestRaceMergeThenRelease() {
	x, s := 0, new(int)
	inTurn(
		func() { x = 1; runtime.RaceReleaseMerge(unsafe.Pointer(s)) },
		func() { runtime.RaceRelease(unsafe.Pointer(s)) },
		func() { runtime.RaceAcquire(unsafe.Pointer(s)); use(x) })
}

// Merging is releasing only: the one who merges learns nothing.
func (rules) TestRaceReleaseMergeAcquiresNothing() {
	x, s := new(int), new(int)
	inTurn(
		func() { *x = 1; runtime.RaceReleaseMerge(unsafe.Pointer(s)) },
		func() { runtime.RaceReleaseMerge(unsafe.Pointer(s)); *x = 2 })
}

// Explicit accesses.

func (rules) TestRaceReadWriteFunctions() {
	x := keep(new(int))
	inTurn(func() { runtime.RaceWrite(unsafe.Pointer(x)) }, func() { runtime.RaceRead(unsafe.Pointer(x)) })
}

func (rules) TestNoRaceReadFunctions() {
	x := keep(new(int))
	inTurn(func() { runtime.RaceRead(unsafe.Pointer(x)) }, func() { use(*x) })
}

func (rules) TestRaceRangeFunctions() {
	x := keep(new([100]byte))
	inTurn(func() { runtime.RaceWriteRange(unsafe.Pointer(x), 50) }, func() { use(x[49]) })
}

func (rules) TestNoRaceRangeFunctionsBeyond() {
	x := keep(new([100]byte))
	inTurn(
		func() { runtime.RaceWriteRange(unsafe.Pointer(x), 50) },
		func() { use(x[50]) },
		func() { runtime.RaceReadRange(unsafe.Pointer(&x[50]), 50) })
}

func (rules) TestRaceReadRangeFunction() {
	x := keep(new([100]byte))
	inTurn(func() { runtime.RaceReadRange(unsafe.Pointer(x), 50) }, func() { x[7] = 1 })
}

// Between RaceDisable and RaceEnable the goroutine's synchronisation does not count, in neither
// direction; its accesses do.

func (rules) TestRaceDisableRelease() {
	var m sync.Mutex
	x := 0
	inTurn(
		func() { x = 1; runtime.RaceDisable(); m.Lock(); m.Unlock(); runtime.RaceEnable() },
		func() { m.Lock(); m.Unlock(); use(x) })
}

func (rules) TestRaceDisableAcquire() {
	var m sync.Mutex
	x := 0
	inTurn(
		func() { x = 1; m.Lock(); m.Unlock() },
		func() { runtime.RaceDisable(); m.Lock(); m.Unlock(); runtime.RaceEnable(); use(x) })
}

func (rules) TestRaceDisableAtomics() {
	x, v := 0, new(int32)
	inTurn(
		func() { x = 1; runtime.RaceDisable(); atomic.StoreInt32(v, 1); runtime.RaceEnable() },
		func() {
			if atomic.LoadInt32(v) != 1 {
				panic("the store must happen all the same")
			}
			use(x)
		})
}

func (rules) TestRaceDisableChannel() {
	x, c := 0, make(chan int, 1)
	inTurn(
		func() { x = 1; runtime.RaceDisable(); c <- 0; runtime.RaceEnable() },
		func() { <-c; use(x) })
}

func (rules) TestRaceDisableNested() {
	var m sync.Mutex
	x := 0
	inTurn(
		func() {
			x = 1
			runtime.RaceDisable()
			runtime.RaceDisable()
			runtime.RaceEnable()
			m.Lock()
			m.Unlock()
			runtime.RaceEnable()
		},
		func() { m.Lock(); m.Unlock(); use(x) })
}

func (rules) TestNoRaceDisableOver() {
	var m sync.Mutex
	x := 0
	inTurn(
		func() {
			x = 1
			runtime.RaceDisable()
			runtime.RaceDisable()
			runtime.RaceEnable()
			runtime.RaceEnable()
			m.Lock()
			m.Unlock()
		},
		func() { m.Lock(); m.Unlock(); use(x) })
}

func (rules) TestRaceDisableAccess() {
	x := new(int)
	f := func() { runtime.RaceDisable(); *x = 1; runtime.RaceEnable() }
	inTurn(f, f)
}

// The go statement is synchronisation too.
func (rules) TestRaceDisableGoStatement() {
	x, t := keep(new(int)), new(turn)
	*x = 1
	runtime.RaceDisable()
	go func() { *x = 2; t.to(1) }()
	runtime.RaceEnable()
	t.at(1)
}

// But the new goroutine begins with its own synchronisation in force.
func (rules) TestNoRaceDisableNotInherited() {
	x, c, t := 0, make(chan int, 1), new(turn)
	runtime.RaceDisable()
	go func() { <-c; use(x); t.to(1) }()
	runtime.RaceEnable()
	x = 1
	c <- 0
	t.at(1)
}

func (rules) TestRaceErrorsCounts() {
	x, before := new(int), runtime.RaceErrors()
	inTurn(func() { *x = 1 }, func() { *x = 2 })
	if n := runtime.RaceErrors() - before; n != 1 {
		panic(n)
	}
}

// Patterns of larger programs.

// group is what golang.org/x/sync/errgroup does: the first error cancels, Wait returns it.
type group struct {
	wg   sync.WaitGroup
	once sync.Once
	err  error
}

func (g *group) run(f func() error) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		if err := f(); err != nil {
			g.once.Do(func() { g.err = err })
		}
	}()
}

func (g *group) wait() error { g.wg.Wait(); return g.err }

func (rules) TestNoRaceErrgroup() {
	var g group
	results := make([]int, 8)
	for i := range results {
		i := i
		g.run(func() error { results[i] = i; return errBoom })
	}
	use(g.wait())
	for _, r := range results {
		use(r)
	}
}

func (rules) TestRaceErrgroupSharedResult() {
	var g group
	sum, t := new(int), new(turn)
	g.run(func() error { *sum = 1; t.to(1); return nil })
	g.run(func() error { t.at(1); *sum = 2; return nil })
	use(g.wait())
}

func (rules) TestRaceErrgroupWithoutWait() {
	var g group
	x, t := 0, new(turn)
	g.run(func() error { x = 1; t.to(1); return nil })
	gone(t)
	use(x)
	use(g.wait())
}

// Workers that take tasks from one channel and give results to another.
func (rules) TestNoRaceWorkerPool() {
	type task struct{ in, out int }
	tasks, results := make(chan *task), make(chan *task, 4)
	worker := func() {
		for t := range tasks {
			t.out = t.in * 2
			results <- t
		}
	}
	together(worker, worker, worker,
		func() {
			for i := 0; i < 30; i++ {
				tasks <- &task{in: i}
			}
			close(tasks)
		},
		func() {
			for i := 0; i < 30; i++ {
				use((<-results).out)
			}
		})
}

// Double-checked locking with a plain flag.
func (rules) TestRaceDoubleCheckedLocking() {
	var m sync.Mutex
	ready, value := false, 0
	get := func() int {
		if !ready {
			m.Lock()
			if !ready {
				value = 1
				ready = true
			}
			m.Unlock()
		}
		return value
	}
	reports(2) // ready and value
	inTurn(func() { use(get()) }, func() { use(get()) })
}

func (rules) TestNoRaceDoubleCheckedLocking() {
	var m sync.Mutex
	var ready atomic.Bool
	value := 0
	get := func() int {
		if !ready.Load() {
			m.Lock()
			if !ready.Load() {
				value = 1
				ready.Store(true)
			}
			m.Unlock()
		}
		return value
	}
	inTurn(func() { use(get()) }, func() { use(get()) })
}

// A barrier of a mutex and a condition variable.
func (rules) TestNoRaceBarrier() {
	var m sync.Mutex
	c := sync.NewCond(&m)
	const n = 4
	count, parts := 0, new([n]int)
	worker := func(i int) func() {
		return func() {
			parts[i] = i
			m.Lock()
			if count++; count == n {
				c.Broadcast()
			}
			for count < n {
				c.Wait()
			}
			m.Unlock()
			use(parts[(i+1)%n])
		}
	}
	together(worker(0), worker(1), worker(2), worker(3))
}
