//go:build race && go1.24

package hb

import (
	"runtime"
	"weak"
)

// What came with Go 1.24: cleanups. A call to AddCleanup happens before the cleanup, as with
// finalizers, and the runtime gives more: see there.

func (rules) TestNoRaceCleanup() {
	x, t := 0, new(turn)
	inTurn(func() {
		b := &block{n: 1}
		runtime.AddCleanup(b, func(p *int) { use(*p); t.to(1) }, &x)
		x = b.n
		runtime.KeepAlive(b)
	})
	collect(t, 1)
}

func (rules) TestRaceCleanupEnd() {
	stockFails("after some 250 goroutines another one has the slot that the cleanups' had")
	x, t := 0, new(turn)
	inTurn(func() {
		runtime.AddCleanup(&block{n: 1}, func(p *int) { *p = 1; t.to(1) }, &x)
	})
	collect(t, 1)
	use(x)
}

// Two cleanups are not ordered, though they may run in the same goroutine.
func (rules) TestRaceCleanupTwo() {
	x, t := new(int), new(turn)
	inTurn(func() {
		runtime.AddCleanup(&block{n: 1}, func(p *int) { *x = 1; *p = 1; t.to(t.n + 1) }, new(int))
		runtime.AddCleanup(&block{n: 2}, func(p *int) { *x = 1; *p = 1; t.to(t.n + 1) }, new(int))
	})
	collect(t, 2)
}

func (rules) TestNoRaceCleanupStop() {
	x := new(int)
	inTurn(func() {
		b := &block{n: 1}
		c := runtime.AddCleanup(b, func(p *int) { *p = 1 }, x)
		c.Stop()
		*x = 2
		runtime.KeepAlive(b)
	})
	runtime.GC()
}

func (rules) TestNoRaceWeakPointer() {
	b := &block{n: 1}
	w := weak.Make(b)
	f := func() {
		if p := w.Value(); p != nil {
			use(p.n)
		}
	}
	together(f, f, func() { runtime.GC() })
	runtime.KeepAlive(b)
}

// A weak pointer is a way to the object, no order.
func (rules) TestRaceWeakPointer() {
	b := keep(&block{n: 1})
	w := weak.Make(b)
	inTurn(func() { w.Value().n = 2 }, func() { w.Value().n = 3 })
}
