// Situation 7: two accesses at the very same time.  In each of N rounds two goroutines on threads of
// their own leave a spin barrier together and touch the same fresh variable, so every round holds
// one race, no matter how the accesses fall.
//
// Usage: simultaneous N KIND SKEW, KIND being one of the kinds below.  SKEW is the number of
// iterations by which one side is held back at most (it runs through -SKEW to SKEW), in order to
// meet windows of different lengths.  Prints the base address, the stride and the number of variables.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"unsafe"

	"lost/quiet"
)

// A cell keeps the variables of two rounds apart, and the sink away from both.
type cell struct {
	v    uint64
	more [7]uint64
}

// barrier lets two goroutines through together.  It is not instrumented and gives no edge: on
// amd64 an aligned word is read and written whole, and the stores of one side become visible in order.
type barrier struct {
	turn [2]struct {
		n   int
		pad [120]byte
	}
}

//go:norace
func (b *barrier) meet(me, round int) {
	b.turn[me].n = round
	for spins := 0; b.turn[1-me].n < round; spins++ {
		if spins&0xfff == 0xfff {
			runtime.Gosched() // the other side may have no processor
		}
	}
}

//go:norace
func delay(n int) int {
	s := 0
	for i := 0; i < n; i++ {
		s += i ^ s
	}
	return s
}

//go:noinline
func write(p *uint64) {
	*p = 1 // WRITE
}

//go:noinline
func read(p *uint64) uint64 {
	return *p // READ
}

//go:noinline
func writeLow(p *uint64) {
	*(*uint32)(unsafe.Pointer(p)) = 1 // LOW
}

//go:noinline
func span(p *uint64) {
	clear8((*[8]uint64)(unsafe.Pointer(p))) // SPAN
}

//go:noinline
func clear8(p *[8]uint64) {
	*p = [8]uint64{}
}

var kinds = map[string][2]func(p *uint64){
	"write-write": {func(p *uint64) { write(p) }, func(p *uint64) { write(p) }},
	"read-write":  {func(p *uint64) { read(p) }, func(p *uint64) { write(p) }},
	"part-write":  {func(p *uint64) { writeLow(p) }, func(p *uint64) { write(p) }},
	"range-write": {func(p *uint64) { span(p) }, func(p *uint64) { write(p) }},
}

func main() {
	n := quiet.Arg(1, 2000)
	sides, ok := kinds[quiet.Word(2, "write-write")]
	if !ok {
		fmt.Println("simultaneous: no such kind:", quiet.Word(2, ""))
		os.Exit(2)
	}
	skew := quiet.Arg(3, 0)

	// Aligned to 64 bytes by hand, so that a range is one cell.
	cells := make([]cell, n)
	fmt.Printf("base %#012x stride %d rounds %d\n", uintptr(unsafe.Pointer(&cells[0])), unsafe.Sizeof(cells[0]), n)

	var b barrier
	var wg sync.WaitGroup
	for side := 0; side < 2; side++ {
		side := side
		wg.Add(1)
		go func() {
			defer wg.Done()
			runtime.LockOSThread()
			for i := 0; i < n; i++ {
				late := 0
				if skew > 0 {
					late = i%(2*skew+1) - skew
					if side == 1 {
						late = -late
					}
				}
				quiet.Distinct(i, func() {
					b.meet(side, i+1)
					delay(late)
					sides[side](&cells[i].v)
				})
			}
		}()
	}
	wg.Wait()
}
