//go:build race

package hb

import (
	"sync"
	"sync/atomic"
)

// Once: the completion of f happens before the return of any Do.

func (rules) TestNoRaceOnce() {
	var once sync.Once
	x := 0
	f := func() { once.Do(func() { x = 1 }); use(x) }
	inTurn(f, f, f)
}

func (rules) TestNoRaceOnceWaits() {
	var once sync.Once
	x, t := 0, new(turn)
	together(
		func() { once.Do(func() { t.to(1); settle(); x = 1 }) },
		func() { t.at(1); once.Do(func() { panic("again") }); use(x) })
}

func (rules) TestRaceOnceReadWithoutDo() {
	var once sync.Once
	x := 0
	inTurn(func() { once.Do(func() { x = 1 }) }, func() { use(x) })
}

func (rules) TestRaceOnceWriteAfterDo() {
	var once sync.Once
	x := 0
	inTurn(
		func() { once.Do(func() {}); x = 1 },
		func() { once.Do(func() {}); use(x) })
}

// A later Do is no release: the first caller learns nothing of the second.
func (rules) TestRaceOnceLaterDo() {
	var once sync.Once
	x, y, t := 0, 0, new(turn)
	together(
		func() { once.Do(func() { y = 1 }); t.to(1); t.at(2); once.Do(func() {}); use(x) },
		func() { t.at(1); x = 1; once.Do(func() {}); use(y); t.to(2) })
}

// What came before the Do that runs f is ordered as well.
func (rules) TestNoRaceOnceBeforeDo() {
	var once sync.Once
	x := 0
	inTurn(
		func() { x = 1; once.Do(func() {}) },
		func() { once.Do(func() {}); use(x) })
}

// An f that panics has returned, as far as Once is concerned.
func (rules) TestNoRaceOncePanics() {
	var once sync.Once
	x := 0
	inTurn(
		func() {
			defer func() { use(recover()) }()
			once.Do(func() { x = 1; panic("no") })
		},
		func() { once.Do(func() {}); use(x) })
}

// WaitGroup: a Done happens before the return of the Wait that it unblocks.

func (rules) TestNoRaceWaitGroup() {
	var wg sync.WaitGroup
	x := 0
	wg.Add(1)
	inTurn(func() { x = 1; wg.Done() }, func() { wg.Wait(); use(x) })
}

func (rules) TestNoRaceWaitGroupWaits() {
	var wg sync.WaitGroup
	x, y := 0, 0
	wg.Add(2)
	together(
		func() { settle(); x = 1; wg.Done() },
		func() { settle(); y = 1; wg.Done() },
		func() { wg.Wait(); use(x); use(y) })
}

func (rules) TestNoRaceWaitGroupManyWaiters() {
	var wg sync.WaitGroup
	x := 0
	wg.Add(1)
	wait := func() { wg.Wait(); use(x) }
	together(wait, wait, wait, func() { settle(); x = 1; wg.Done() })
}

func (rules) TestRaceWaitGroupWriteAfterDone() {
	var wg sync.WaitGroup
	x := 0
	wg.Add(1)
	inTurn(func() { wg.Done(); x = 1 }, func() { wg.Wait(); use(x) })
}

func (rules) TestRaceWaitGroupReadBeforeWait() {
	var wg sync.WaitGroup
	x := 0
	wg.Add(1)
	inTurn(func() { x = 1; wg.Done() }, func() { use(x); wg.Wait() })
}

// Two that wait, and two that are waited for, know nothing of each other.

func (rules) TestRaceWaitGroupTwoWaiters() {
	var wg sync.WaitGroup
	x := new(int)
	wg.Add(1)
	inTurn(func() { wg.Done() }, func() { wg.Wait(); *x = 1 }, func() { wg.Wait(); *x = 2 })
}

func (rules) TestRaceWaitGroupTwoWorkers() {
	var wg sync.WaitGroup
	x := new(int)
	wg.Add(2)
	inTurn(func() { *x = 1; wg.Done() }, func() { wg.Done(); *x = 2 })
}

// Add with a positive delta passes nothing on.
func (rules) TestRaceWaitGroupAdd() {
	var wg sync.WaitGroup
	x := 0
	wg.Add(1)
	inTurn(
		func() { x = 1; wg.Add(1) },
		func() { wg.Done(); wg.Done() },
		func() { wg.Wait(); use(x) })
}

func (rules) TestNoRaceWaitGroupAddNegative() {
	var wg sync.WaitGroup
	x := 0
	wg.Add(3)
	inTurn(func() { x = 1; wg.Add(-3) }, func() { wg.Wait(); use(x) })
}

// The first Add must happen before Wait; sync.WaitGroup itself tells the detector of a read and a
// write of its semaphore word so that the mistake shows.
func (rules) TestRaceWaitGroupAddAndWait() {
	var wg sync.WaitGroup
	t := new(turn)
	together(
		func() { wg.Add(1); t.to(1); t.at(2); wg.Done() },
		func() { t.at(1); go func() { settle(); t.to(2) }(); wg.Wait() })
}

func (rules) TestNoRaceWaitGroupReused() {
	var wg sync.WaitGroup
	x := 0
	for i := 0; i < 3; i++ {
		for j := 0; j < 3; j++ {
			wg.Add(1)
			go func() { defer wg.Done(); use(x) }()
		}
		wg.Wait()
		x++
	}
}

// Cond: in the package's words, Signal and Broadcast synchronise before the Wait that they unblock.
// No hook carries that; what orders is the mutex that Wait locks again.

func (rules) TestNoRaceCondSignal() {
	var m sync.Mutex
	c, ready, x := sync.NewCond(&m), false, 0
	together(
		func() {
			m.Lock()
			for !ready {
				c.Wait()
			}
			m.Unlock()
			use(x)
		},
		func() {
			settle()
			x = 1
			m.Lock()
			ready = true
			m.Unlock()
			c.Signal()
		})
}

func (rules) TestNoRaceCondBroadcast() {
	var m sync.Mutex
	c, ready, x := sync.NewCond(&m), false, 0
	wait := func() {
		m.Lock()
		defer m.Unlock()
		for !ready {
			c.Wait()
		}
		use(x)
	}
	together(wait, wait, wait, func() {
		settle()
		m.Lock()
		x, ready = 1, true
		c.Broadcast()
		m.Unlock()
	})
}

func (rules) TestRaceCondWriteAfterSignal() {
	var m sync.Mutex
	c, ready, x, t := sync.NewCond(&m), false, 0, new(turn)
	together(
		func() {
			m.Lock()
			for !ready {
				c.Wait()
			}
			m.Unlock()
			t.at(1)
			use(x)
		},
		func() {
			settle()
			m.Lock()
			ready = true
			c.Signal()
			m.Unlock()
			x = 1
			t.to(1)
		})
}

// noLock is a Locker that does not lock.
type noLock struct{}

func (noLock) Lock()   {}
func (noLock) Unlock() {}

// With a Locker that orders nothing only the edge of the package's promise is left, and of that
// the detector is not told.
func (rules) TestFalseCondSignalAlone() {
	c, x := sync.NewCond(noLock{}), 0
	together(
		func() { c.Wait(); use(x) },
		func() { settle(); settle(); x = 1; c.Signal() })
}

// The waiters that one Broadcast wakes are ordered only by the mutex.
func (rules) TestRaceCondReadLocked() {
	var m sync.RWMutex
	c, x, t := sync.NewCond(m.RLocker()), new(int), new(turn)
	together(
		func() {
			m.RLock()
			t.to(1)
			c.Wait()
			*x = 1
			m.RUnlock()
			t.to(3)
		},
		func() {
			t.at(1)
			m.RLock()
			t.to(2)
			c.Wait()
			t.at(3)
			*x = 2
			m.RUnlock()
		},
		func() { t.at(2); settle(); m.Lock(); c.Broadcast(); m.Unlock() })
}

// Pool: a Put happens before the Get that returns the same value. (In a race build Put drops one
// value in four on purpose, hence the many.)

func fill(p *sync.Pool, v any) {
	for i := 0; i < 64; i++ {
		p.Put(v)
	}
}

func (rules) TestNoRacePool() {
	var p sync.Pool
	v := keep(new(int))
	inTurn(
		func() { *v = 1; fill(&p, v) },
		func() { w := p.Get().(*int); *w = 2 })
}

func (rules) TestRacePoolWriteAfterPut() {
	var p sync.Pool
	v := keep(new(int))
	inTurn(
		func() { fill(&p, v); *v = 1 },
		func() { w := p.Get().(*int); *w = 2 })
}

// Get of an empty pool orders nothing, whatever was put before.
func (rules) TestRacePoolEmpty() {
	p := sync.Pool{New: func() any { return new(int) }}
	x := 0
	inTurn(
		func() { x = 1; use(p.Get()) },
		func() { use(p.Get()); use(x) })
}

// All values whose addresses fall on the same one of 128 synchronisation points are one to the
// detector (sync/pool.go, poolRaceAddr): the same value put by two, for example.
func (rules) TestHiddenPoolSameValueTwice() {
	var p sync.Pool
	v, x := keep(new(int)), 0
	inTurn(
		func() { fill(&p, v) },
		func() { x = 1; fill(&p, v) },
		func() { use(p.Get()); use(x) })
}

// Map: a write happens before any read that observes its effect. Writes are Delete, LoadAndDelete,
// LoadOrStore that stores, Store, and later ones.

func (rules) TestNoRaceSyncMapStoreLoad() {
	var m sync.Map
	x := 0
	inTurn(
		func() { x = 1; m.Store("k", 1) },
		func() {
			if _, ok := m.Load("k"); ok {
				use(x)
			}
		})
}

func (rules) TestRaceSyncMapWriteAfterStore() {
	var m sync.Map
	x := 0
	inTurn(
		func() { m.Store("k", 1); x = 1 },
		func() { m.Load("k"); use(x) })
}

func (rules) TestRaceSyncMapReadBeforeLoad() {
	var m sync.Map
	x := 0
	inTurn(
		func() { x = 1; m.Store("k", 1) },
		func() { use(x); m.Load("k") })
}

func (rules) TestNoRaceSyncMapStoreAgain() {
	var m sync.Map
	m.Store("k", 0)
	m.Load("k")
	m.Load("k")
	x := 0
	inTurn(
		func() { x = 1; m.Store("k", 1) },
		func() { m.Load("k"); use(x) })
}

// A Load that finds nothing has observed nothing.
func (rules) TestRaceSyncMapLoads() {
	var m sync.Map
	m.Store("k", 0)
	m.Load("k")
	m.Load("k")
	x := 0
	inTurn(
		func() { x = 1; m.Load("k") },
		func() { m.Load("k"); use(x) })
}

func (rules) TestNoRaceSyncMapLoadOrStore() {
	var m sync.Map
	x := 0
	inTurn(
		func() { x = 1; m.LoadOrStore("k", 1) },
		func() { m.LoadOrStore("k", 2); use(x) },
		func() { m.Load("k"); use(x) })
}

func (rules) TestRaceSyncMapWriteAfterLoadOrStore() {
	var m sync.Map
	x := 0
	inTurn(
		func() { m.LoadOrStore("k", 1); x = 1 },
		func() { m.LoadOrStore("k", 2); use(x) })
}

func (rules) TestNoRaceSyncMapLoadAndDelete() {
	var m sync.Map
	x := 0
	inTurn(
		func() { x = 1; m.Store("k", 1) },
		func() { m.LoadOrStore("k", 2); use(x); x = 2; m.LoadAndDelete("k") },
		func() {
			if _, ok := m.Load("k"); !ok {
				use(x)
			}
		})
}

func (rules) TestNoRaceSyncMapDelete() {
	var m sync.Map
	m.Store("k", 1)
	x := 0
	inTurn(
		func() { x = 1; m.Delete("k") },
		func() {
			if _, ok := m.Load("k"); !ok {
				use(x)
			}
		})
}

func (rules) TestRaceSyncMapWriteAfterDelete() {
	var m sync.Map
	m.Store("k", 1)
	x := 0
	inTurn(
		func() { m.Delete("k"); x = 1 },
		func() { m.Load("k"); use(x) })
}

func (rules) TestNoRaceSyncMapRange() {
	var m sync.Map
	x := 0
	inTurn(
		func() { x = 1; m.Store("k", 1) },
		func() { m.Range(func(k, v any) bool { use(x); return true }) })
}

func (rules) TestRaceSyncMapWriteAfterStoreRange() {
	var m sync.Map
	x := 0
	inTurn(
		func() { m.Store("k", 1); x = 1 },
		func() { m.Range(func(k, v any) bool { use(x); return true }) })
}

// The stored pointer publishes what it points to, for all goroutines and keys at once.
func (rules) TestNoRaceSyncMapCrowd() {
	var m sync.Map
	var stored atomic.Int32
	f := func() {
		for i := 0; i < 20; i++ {
			p := new(int)
			*p = i
			if _, there := m.LoadOrStore(i, p); !there {
				stored.Add(1)
			}
			v, _ := m.Load(i)
			use(*v.(*int))
		}
	}
	together(f, f, f, f)
}
