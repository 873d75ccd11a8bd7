//go:build race

package hb

import (
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"
)

// Finalizers. The memory model: a call to SetFinalizer(x, f) happens before the finalization call
// f(x). The runtime gives more: before it calls finalizers, their goroutine acquires all that every
// goroutine has done so far (runtime/mfinal.go, racefingo), because an unreachable object was let
// go of by all. The end of a finalizer is ordered before nothing.

type block struct {
	n    int
	word int64
	pad  [64]byte
	next *block
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
// does not race with the new one, and what was released on it is forgotten.

// A shelf hands values from one goroutine to another behind the detector's back.
type shelf[T comparable] struct {
	v [1000]T
	n int
}

//go:norace
//go:noinline
func (s *shelf[T]) put(v T) { s.v[s.n] = v; s.n++ }

//go:norace
//go:noinline
func (s *shelf[T]) get(i int) T { return s.v[i] }

//go:norace
//go:noinline
func (s *shelf[T]) has(v T) bool {
	for i := 0; i < s.n; i++ {
		if s.v[i] == v {
			return true
		}
	}
	return false
}

// reused lets one goroutine use blocks and drop them, and another one allocate blocks until it gets
// some of the same memory, which it uses then. It tells whether it got any.
func reused(first, second func(*block)) bool {
	old, again := new(shelf[uintptr]), new(turn) // addresses only: the blocks can be collected
	inTurn(
		func() {
			for range old.v {
				b := new(block)
				old.put(uintptr(unsafe.Pointer(b)))
				first(b)
			}
		},
		func() {
			var list *block // keeps them, so that the allocator must look further
			for round := 0; round < 20 && !again.reached(1); round++ {
				runtime.GC()
				for i := 0; i < 2*len(old.v); i++ {
					b := &block{next: list}
					list = b
					if old.has(uintptr(unsafe.Pointer(b))) {
						second(b)
						again.to(1)
					}
				}
			}
		})
	return again.reached(1)
}

const neverReused = "the allocator gave out no address again"

func (rules) TestNoRaceMemoryReused() {
	if !reused(func(b *block) { b.n = 1 }, func(b *block) { b.n = 2 }) {
		skip(neverReused)
	}
}

func (rules) TestRaceMemoryReusedReleases() {
	x := 0
	if !reused(
		func(b *block) {
			if x == 0 {
				x = 1 // once: any release passes it on
			}
			atomic.StoreInt64(&b.word, 1)
		},
		func(b *block) { atomic.LoadInt64(&b.word); use(x) }) {
		skip(neverReused)
	}
}

// What was released on a block stays when its neighbours are freed.
func (rules) TestNoRaceMemoryNeighboursFreed() {
	xs, kept := new([1000]int), new(shelf[*[2]int64])
	inTurn(
		func() {
			for i := range kept.v {
				p := new([2]int64)
				kept.put(p)
				xs[i] = 1
				atomic.StoreInt64(&p[1], 1)
				drop(new([2]int64))
			}
		},
		func() { runtime.GC(); runtime.GC() },
		func() {
			for i := range kept.v {
				atomic.LoadInt64(&kept.get(i)[1])
				use(xs[i])
			}
		})
}

var dropped *[2]int64

// drop makes p escape, and forgets it.
//
//go:norace
//go:noinline
func drop(p *[2]int64) { dropped = p; dropped = nil }

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
