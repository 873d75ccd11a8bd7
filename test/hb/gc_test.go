//go:build race

package hb

import (
	"runtime"
	"time"
)

// Finalizers. The memory model: a call to SetFinalizer(x, f) happens before the finalization call
// f(x). The runtime gives more: before it calls finalizers, their goroutine acquires all that every
// goroutine has done so far (runtime/mfinal.go, racefingo), because an unreachable object was let
// go of by all. The end of a finalizer is ordered before nothing.

type block struct {
	n    int
	next *block
	pad  [64]byte
}

// collect collects garbage until t has reached n.
func collect(t *turn, n int32) {
	for i := 0; i < 1000 && !t.reached(n); i++ {
		runtime.GC()
		time.Sleep(100 * time.Microsecond)
	}
	t.at(n)
}

// reached tells whether the counter has reached n.
//
//go:norace
//go:noinline
func (t *turn) reached(n int32) bool { return t.n >= n }

func (rules) TestNoRaceFinalizer() {
	t := new(turn)
	inTurn(func() {
		b := &block{n: 1}
		b.n = 2
		runtime.SetFinalizer(b, func(b *block) { use(b.n); b.n++; t.to(1) })
		b.n = 3
	})
	collect(t, 1)
}

// The object went through several hands before it was dropped.
func (rules) TestNoRaceFinalizerOtherGoroutine() {
	t, c := new(turn), make(chan *block, 1)
	inTurn(
		func() {
			b := &block{n: 1}
			runtime.SetFinalizer(b, func(b *block) { use(b.n); t.to(1) })
			c <- b
		},
		func() { b := <-c; b.n = 2 })
	collect(t, 1)
}

func (rules) TestRaceFinalizerEnd() {
	stockFails("after some 250 goroutines another one has the slot that the finalizers' had")
	x, t := 0, new(turn)
	inTurn(func() {
		b := &block{n: 1}
		runtime.SetFinalizer(b, func(b *block) { x = b.n; t.to(1) })
	})
	collect(t, 1)
	use(x)
}

func (rules) TestNoRaceFinalizerEndThroughChannel() {
	x, t, c := 0, new(turn), make(chan int, 1)
	inTurn(func() {
		b := &block{n: 1}
		runtime.SetFinalizer(b, func(b *block) { x = b.n; c <- 1; t.to(1) })
	})
	collect(t, 1)
	<-c
	use(x)
}

// A goroutine that goes on while the finalizer runs is not ordered with it.
func (rules) TestRaceFinalizerMeanwhile() {
	stockFails("what a goroutine does before its next release counts as done already")
	x, t := 0, new(turn)
	inTurn(func() {
		b := &block{n: 1}
		runtime.SetFinalizer(b, func(b *block) { t.to(1); t.at(2); use(x); t.to(3) })
	})
	collect(t, 1)
	x = 1
	t.to(2)
	t.at(3)
}

// All that was done before the finalizers began is known to them, object or not: no rule of the
// memory model says so.
func (rules) TestHiddenFinalizerKnowsAll() {
	x, t := 0, new(turn)
	inTurn(
		func() {
			b := &block{n: 1}
			runtime.SetFinalizer(b, func(b *block) { use(x); t.to(1) })
		},
		func() { x = 1 })
	collect(t, 1)
}

// KeepAlive is the last use: what comes before it comes before the finalizer.
func (rules) TestNoRaceKeepAlive() {
	x, t := 0, new(turn)
	inTurn(func() {
		b := &block{n: 1}
		runtime.SetFinalizer(b, func(b *block) { use(x); t.to(1) })
		x = b.n
		runtime.KeepAlive(b)
	})
	collect(t, 1)
}

// A block that was freed is another block when it is given out again: what was done to the old one
// does not race with the new one.
func (rules) TestNoRaceMemoryReused() {
	done := new(turn)
	for round := int32(1); round <= 20; round++ {
		inTurn(func() {
			for i := 0; i < 100; i++ {
				b := &block{n: i}
				b.next = &block{n: i}
				b.next.n++
				use(b)
			}
		})
		if round%10 == 0 {
			runtime.GC()
		}
		done.to(round)
	}
	done.at(20)
}

// Stacks are memory too: they move, and their memory is given to other goroutines.
func (rules) TestNoRaceStacksReused() {
	var deep func(n int, p *[32]int) int
	deep = func(n int, p *[32]int) int {
		var here [32]int
		here[n%32] = p[(n+31)%32] + 1
		if n == 0 {
			return here[0]
		}
		return deep(n-1, &here) + here[n%32]
	}
	for round := 0; round < 8; round++ {
		f := func() { use(deep(200, &[32]int{})) }
		inTurn(f, f)
		if round == 4 {
			runtime.GC()
		}
	}
}
