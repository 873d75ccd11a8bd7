//go:build race

package hb

import "sync"

// The nth Unlock happens before the mth Lock returns, for n < m. A TryLock that succeeds is a
// Lock; one that fails orders nothing.

func (rules) TestNoRaceMutex() {
	var m sync.Mutex
	x := new(int)
	inTurn(
		func() { m.Lock(); *x = 1; m.Unlock() },
		func() { m.Lock(); *x = 2; m.Unlock() })
}

func (rules) TestRaceMutexWriteAfterUnlock() {
	var m sync.Mutex
	x := new(int)
	inTurn(
		func() { m.Lock(); m.Unlock(); *x = 1 },
		func() { m.Lock(); *x = 2; m.Unlock() })
}

func (rules) TestRaceMutexReadBeforeLock() {
	var m sync.Mutex
	x := 0
	inTurn(
		func() { m.Lock(); x = 1; m.Unlock() },
		func() { use(x); m.Lock(); m.Unlock() })
}

func (rules) TestRaceMutexTwo() {
	var m, n sync.Mutex
	x := new(int)
	inTurn(
		func() { m.Lock(); *x = 1; m.Unlock() },
		func() { n.Lock(); *x = 2; n.Unlock() })
}

// To lock and not to unlock yet passes nothing on.
func (rules) TestRaceMutexOneSide() {
	var m sync.Mutex
	x := new(int)
	inTurn(
		func() { m.Lock(); *x = 1; m.Unlock() },
		func() { *x = 2 })
}

// What was done before the critical section is passed on as well.
func (rules) TestNoRaceMutexPublishes() {
	var m sync.Mutex
	x := new(int)
	inTurn(
		func() { *x = 1; m.Lock(); m.Unlock() },
		func() { m.Lock(); m.Unlock(); *x = 2 })
}

// Through a third goroutine, and through a second mutex.
func (rules) TestNoRaceMutexChain() {
	var m, n sync.Mutex
	x := new(int)
	inTurn(
		func() { *x = 1; m.Lock(); m.Unlock() },
		func() { m.Lock(); m.Unlock(); n.Lock(); n.Unlock() },
		func() { n.Lock(); n.Unlock(); *x = 2 })
}

// The third goroutine takes its mutexes in the wrong order.
func (rules) TestRaceMutexChainBroken() {
	var m, n sync.Mutex
	x := new(int)
	inTurn(
		func() { *x = 1; m.Lock(); m.Unlock() },
		func() { n.Lock(); n.Unlock(); m.Lock(); m.Unlock() },
		func() { n.Lock(); n.Unlock(); *x = 2 })
}

// Earlier holders are known to all later ones, not only to the next.
func (rules) TestNoRaceMutexThirdHolder() {
	var m sync.Mutex
	x := new(int)
	inTurn(
		func() { m.Lock(); *x = 1; m.Unlock() },
		func() { m.Lock(); m.Unlock() },
		func() { m.Lock(); *x = 2; m.Unlock() })
}

// The second goroutine waits in Lock.
func (rules) TestNoRaceMutexContended() {
	var m sync.Mutex
	x, t := new(int), new(turn)
	together(
		func() { m.Lock(); t.to(1); settle(); *x = 1; m.Unlock() },
		func() { t.at(1); m.Lock(); *x = 2; m.Unlock() })
}

func (rules) TestNoRaceMutexCrowd() {
	var m sync.Mutex
	x := 0
	f := func() {
		for i := 0; i < 200; i++ {
			m.Lock()
			x++
			m.Unlock()
		}
	}
	together(f, f, f, f, f, f)
}

// A goroutine may unlock what another one locked: the order follows the mutex, not the owner.
func (rules) TestNoRaceMutexHandedOver() {
	var m sync.Mutex
	x := new(int)
	inTurn(
		func() { m.Lock() },
		func() { *x = 1; m.Unlock() },
		func() { m.Lock(); *x = 2 })
}

// The locker itself passes nothing on if somebody else unlocks.
func (rules) TestRaceMutexHandedOver() {
	var m sync.Mutex
	x := new(int)
	inTurn(
		func() { m.Lock(); *x = 1 },
		func() { m.Unlock() },
		func() { m.Lock(); *x = 2 })
}

func (rules) TestNoRaceMutexUnlockDeferred() {
	var m sync.Mutex
	x := new(int)
	f := func() {
		m.Lock()
		defer m.Unlock()
		*x++
	}
	inTurn(f, f)
}

func (rules) TestNoRaceTryLock() {
	var m sync.Mutex
	x := new(int)
	inTurn(
		func() { m.Lock(); *x = 1; m.Unlock() },
		func() {
			if m.TryLock() {
				*x = 2
				m.Unlock()
			}
		},
		func() { m.Lock(); *x = 3; m.Unlock() })
}

func (rules) TestRaceTryLockFails() {
	var m sync.Mutex
	x := 0
	inTurn(
		func() { x = 1; m.Lock() },
		func() {
			if !m.TryLock() {
				use(x)
			}
		},
		func() { m.Unlock() })
}

// The mutex was unlocked after the write, but locked again when TryLock came.
func (rules) TestRaceTryLockFailsAfterUnlock() {
	var m sync.Mutex
	x := 0
	inTurn(
		func() { x = 1; m.Lock(); m.Unlock(); m.Lock() },
		func() { use(m.TryLock()); use(x) })
}

func (rules) TestRaceTryLockFailsReleasesNothing() {
	var m sync.Mutex
	x := 0
	inTurn(
		func() { m.Lock() },
		func() { x = 1; use(m.TryLock()) },
		func() { m.Unlock() },
		func() { m.Lock(); use(x); m.Unlock() })
}

// Two guards, each with a mutex of its own, over one thing: nobody is kept out.
func (rules) TestRaceMutexOnePerGuard() {
	type guard struct {
		m sync.Mutex
		n *int
	}
	n := new(int)
	f := func(g *guard) func() {
		return func() { g.m.Lock(); *g.n = 1; g.m.Unlock() }
	}
	inTurn(f(&guard{n: n}), f(&guard{n: n}))
}

// For RWMutex: each RLock is ordered after one Unlock, and its RUnlock before the next Lock.
// Readers are not ordered among themselves.

func (rules) TestNoRaceRWMutexWriters() {
	var m sync.RWMutex
	x := new(int)
	inTurn(
		func() { m.Lock(); *x = 1; m.Unlock() },
		func() { m.Lock(); *x = 2; m.Unlock() })
}

func (rules) TestNoRaceRWMutexWriterThenReaders() {
	var m sync.RWMutex
	x := 0
	read := func() { m.RLock(); use(x); m.RUnlock() }
	inTurn(func() { m.Lock(); x = 1; m.Unlock() }, read, read)
}

func (rules) TestNoRaceRWMutexReadersThenWriter() {
	var m sync.RWMutex
	x := 0
	read := func() { m.RLock(); use(x); m.RUnlock() }
	inTurn(read, read, func() { m.Lock(); x = 1; m.Unlock() })
}

func (rules) TestRaceRWMutexTwoReadLocks() {
	var m sync.RWMutex
	x := new(int)
	inTurn(
		func() { m.RLock(); *x = 1; m.RUnlock() },
		func() { m.RLock(); *x = 2; m.RUnlock() })
}

// Both at the same time.
func (rules) TestRaceRWMutexTwoReadLocksHeld() {
	var m sync.RWMutex
	x, t := new(int), new(turn)
	together(
		func() { m.RLock(); *x = 1; t.to(1); t.at(2); m.RUnlock() },
		func() { t.at(1); m.RLock(); *x = 2; m.RUnlock(); t.to(2) })
}

func (rules) TestRaceRWMutexWriteAfterUnlock() {
	var m sync.RWMutex
	x := 0
	inTurn(
		func() { m.Lock(); m.Unlock(); x = 1 },
		func() { m.RLock(); use(x); m.RUnlock() })
}

func (rules) TestRaceRWMutexReadAfterRUnlock() {
	var m sync.RWMutex
	x := 0
	inTurn(
		func() { m.RLock(); m.RUnlock(); use(x) },
		func() { m.Lock(); x = 1; m.Unlock() })
}

func (rules) TestRaceRWMutexReadBeforeRLock() {
	var m sync.RWMutex
	x := 0
	inTurn(
		func() { m.Lock(); x = 1; m.Unlock() },
		func() { use(x); m.RLock(); m.RUnlock() })
}

// A reader's own earlier writes reach the next writer, whichever reader left last.
func (rules) TestNoRaceRWMutexAllReadersReachWriter() {
	var m sync.RWMutex
	x, y, t := new(int), new(int), new(turn)
	together(
		func() {
			*x = 1
			m.RLock()
			t.to(1)
			t.at(3)
			m.RUnlock()
			t.to(4)
		},
		func() {
			t.at(1)
			*y = 1
			m.RLock()
			t.to(2)
			m.RUnlock()
			t.to(3)
		},
		func() { t.at(2); m.Lock(); *x = 2; *y = 2; m.Unlock() })
}

// The writer waits for readers, and a reader for the writer.
func (rules) TestNoRaceRWMutexParked() {
	var m sync.RWMutex
	x, t := 0, new(turn)
	together(
		func() {
			m.RLock()
			t.to(1)
			t.at(2)
			settle()
			use(x)
			m.RUnlock()
		},
		func() {
			t.at(1)
			t.to(2)
			m.Lock()
			settle()
			x = 1
			m.Unlock()
		},
		func() { t.at(2); settle(); m.RLock(); use(x); m.RUnlock() })
}

func (rules) TestNoRaceRWMutexCrowd() {
	var m sync.RWMutex
	x := 0
	write := func() {
		for i := 0; i < 50; i++ {
			m.Lock()
			x++
			m.Unlock()
		}
	}
	read := func() {
		for i := 0; i < 50; i++ {
			m.RLock()
			use(x)
			m.RUnlock()
		}
	}
	together(read, write, read, write, read)
}

// Writer to writer through a reader: Unlock, RLock, RUnlock, Lock.
func (rules) TestNoRaceRWMutexThroughReader() {
	var m, n sync.RWMutex
	x := new(int)
	inTurn(
		func() { *x = 1; m.Lock(); m.Unlock() },
		func() { m.RLock(); m.RUnlock(); n.RLock(); n.RUnlock() },
		func() { n.Lock(); n.Unlock(); *x = 2 })
}

// Reader to reader is no edge, even with the reader's own write lock elsewhere.
func (rules) TestRaceRWMutexThroughReader() {
	var m, n sync.RWMutex
	x := new(int)
	inTurn(
		func() { *x = 1; m.RLock(); m.RUnlock() },
		func() { m.RLock(); m.RUnlock(); n.Lock(); n.Unlock() },
		func() { n.RLock(); n.RUnlock(); *x = 2 })
}

func (rules) TestNoRaceRWMutexTryLock() {
	var m sync.RWMutex
	x := new(int)
	inTurn(
		func() { m.Lock(); *x = 1; m.Unlock() },
		func() {
			if m.TryLock() {
				*x = 2
				m.Unlock()
			}
		},
		func() { m.RLock(); use(*x); m.RUnlock() },
		func() {
			if m.TryLock() {
				*x = 3
				m.Unlock()
			}
		})
}

func (rules) TestNoRaceRWMutexTryRLock() {
	var m sync.RWMutex
	x := 0
	inTurn(
		func() { m.Lock(); x = 1; m.Unlock() },
		func() {
			if m.TryRLock() {
				use(x)
				m.RUnlock()
			}
		},
		func() { m.Lock(); x = 2; m.Unlock() })
}

func (rules) TestRaceRWMutexTryLockFails() {
	var m sync.RWMutex
	x := 0
	inTurn(
		func() { x = 1; m.Lock(); m.Unlock(); m.RLock() },
		func() { use(m.TryLock()); use(x) })
}

func (rules) TestRaceRWMutexTryLockFailsWriterHolds() {
	var m sync.RWMutex
	x := 0
	inTurn(
		func() { x = 1; m.Lock(); m.Unlock(); m.Lock() },
		func() { use(m.TryLock()); use(x) })
}

func (rules) TestRaceRWMutexTryRLockFails() {
	var m sync.RWMutex
	x := 0
	inTurn(
		func() { x = 1; m.Lock(); m.Unlock(); m.Lock() },
		func() { use(m.TryRLock()); use(x) })
}

func (rules) TestNoRaceRLocker() {
	var m sync.RWMutex
	x := 0
	l := m.RLocker()
	inTurn(
		func() { m.Lock(); x = 1; m.Unlock() },
		func() { l.Lock(); use(x); l.Unlock() },
		func() { m.Lock(); x = 2; m.Unlock() })
}

func (rules) TestRaceRLocker() {
	var m sync.RWMutex
	x := new(int)
	l := m.RLocker()
	f := func() { l.Lock(); *x = 1; l.Unlock() }
	inTurn(f, f)
}
