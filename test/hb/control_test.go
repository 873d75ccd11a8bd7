//go:build race

package hb

import (
	"errors"
	"runtime"
	"sync"
)

// Deferred functions, panics and Goexit leave functions in unusual ways. They order nothing by
// themselves, and must not confuse the detector about who runs.

func (rules) TestNoRaceDeferUnlocks() {
	var m sync.Mutex
	x := new(int)
	f := func() {
		m.Lock()
		defer m.Unlock()
		*x++
	}
	inTurn(f, f)
}

// Deferred calls run last in, first out: here the unlock comes before the write.
func (rules) TestRaceDeferUnlocksTooEarly() {
	var m sync.Mutex
	x := new(int)
	f := func() {
		m.Lock()
		defer func() { *x = 1 }()
		defer m.Unlock()
	}
	inTurn(f, f)
}

// A deferred call's arguments are evaluated by the defer statement.
func (rules) TestRaceDeferArguments() {
	var m sync.Mutex
	x := 0
	inTurn(
		func() { m.Lock(); x = 1; m.Unlock() },
		func() {
			defer func(int) {}(x)
			m.Lock()
			m.Unlock()
		})
}

func (rules) TestNoRaceDeferClosure() {
	var m sync.Mutex
	x := 0
	inTurn(
		func() { m.Lock(); x = 1; m.Unlock() },
		func() {
			defer func() { use(x) }()
			m.Lock()
			m.Unlock()
		})
}

var errBoom = errors.New("boom")

func boom(depth int) {
	if depth == 0 {
		panic(errBoom)
	}
	boom(depth - 1)
}

func (rules) TestNoRacePanicUnlocks() {
	var m sync.Mutex
	x := new(int)
	f := func() {
		defer func() { use(recover()) }()
		m.Lock()
		defer m.Unlock()
		*x++
		boom(10)
	}
	inTurn(f, f)
}

func (rules) TestRacePanicWithoutLock() {
	x := new(int)
	f := func() {
		defer func() {
			use(recover())
			*x = 1
		}()
		boom(10)
	}
	inTurn(f, f)
}

func (rules) TestRaceAfterRecover() {
	x := new(int)
	safe := func(f func()) {
		defer func() { use(recover()) }()
		f()
	}
	f := func() {
		for i := 0; i < 100; i++ {
			safe(func() { boom(50) })
		}
		*x = 1
	}
	inTurn(f, f)
}

func (rules) TestNoRaceAfterRecoverThroughChannel() {
	x, c := 0, make(chan int, 1)
	inTurn(
		func() {
			defer func() { use(recover()); c <- 0 }()
			x = 1
			boom(3)
		},
		func() { <-c; use(x) })
}

// A panic in a deferred function, and one that takes its place.
func (rules) TestNoRacePanicReplaced() {
	var m sync.Mutex
	x := new(int)
	f := func() {
		defer func() { use(recover()) }()
		m.Lock()
		defer m.Unlock()
		defer func() { *x++; boom(1) }()
		boom(2)
	}
	inTurn(f, f)
}

// Faults become panics through a signal.
func (rules) TestNoRaceNilDereference() {
	var m sync.Mutex
	x := new(int)
	var nobody *pair
	f := func() {
		defer func() { use(recover()) }()
		m.Lock()
		defer m.Unlock()
		*x++
		nobody.a = 1
	}
	inTurn(f, f)
}

func (rules) TestRaceNilDereference() {
	x := new(int)
	var nobody *pair
	f := func() {
		defer func() {
			use(recover())
			*x = 1
		}()
		use(nobody.b)
	}
	inTurn(f, f)
}

// The panicking accesses themselves never happened.
func (rules) TestNoRaceIndexOutOfRange() {
	s, n := make([]int, 2), 5
	f := func() {
		defer func() { use(recover()) }()
		s[n] = 1
	}
	inTurn(f, f)
}

func (rules) TestNoRaceGoexitUnlocks() {
	var m sync.Mutex
	x := new(int)
	f := func() {
		m.Lock()
		defer m.Unlock()
		*x++
		runtime.Goexit()
	}
	inTurn(f, f)
}

func (rules) TestRaceGoexitDeferred() {
	x := new(int)
	f := func() {
		defer func() { *x = 1 }()
		runtime.Goexit()
	}
	inTurn(f, f)
}

// Many defers, some in a loop, so that they are kept on the heap.
func (rules) TestNoRaceDeferInLoop() {
	var m sync.Mutex
	x := new(int)
	f := func() {
		m.Lock()
		defer m.Unlock()
		for i := 0; i < 30; i++ {
			defer func() { *x++ }()
		}
	}
	inTurn(f, f)
}

// The stack grows and moves while variables on it are in use.
func (rules) TestNoRaceStackGrows() {
	var grow func(n int, p *int)
	grow = func(n int, p *int) {
		var pad [64]int
		pad[n%64] = n
		*p += pad[n%64]
		if n > 0 {
			grow(n-1, p)
		}
	}
	f := func() { v := 0; grow(500, &v); use(v) }
	inTurn(f, f)
}

func (rules) TestRaceDeepInStack() {
	x := new(int)
	var deep func(n int)
	deep = func(n int) {
		if n > 0 {
			deep(n - 1)
			return
		}
		*x = 1
	}
	inTurn(func() { deep(2000) }, func() { deep(3000) })
}
