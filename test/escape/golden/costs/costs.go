// Package costs: functions at the edges of the inliner's budget, and what is cheap or dear.
package costs

import (
	"encoding/binary"
	"math/bits"
	"sync/atomic"
	"unsafe"
)

type pair struct{ a, b int }

func at79(x int) int {
	return x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x +
		x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x
}
func at80(x int) int {
	return -(x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x +
		x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x)
}
func at81(x int) int {
	return -(x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x +
		x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x)
}
func callsThem(x int) int { return at79(x) + at80(x) + at81(x) }

//go:noinline
func stop(x int) int { return x }

func oneCall(x int) int  { return stop(x) + x*x*x*x*x*x*x }
func twoCalls(x int) int { return stop(x) + stop(x) }
func panics(x int) int {
	if x < 0 {
		panic("negative")
	}
	if x > 10 {
		panic(x)
	}
	return x
}
func recovers() any { return recover() }
func defers()       { defer stop(1) }
func goes()         { go stop(1) }
func parameter(f func(int) int, x int) int {
	return f(x) + f(x+1) + f(x+2)
}
func intrinsics(x uint64, p *uint64) int {
	return bits.Len64(x) + bits.TrailingZeros64(x) + bits.OnesCount64(x) + bits.Len64(x) + bits.TrailingZeros64(x) +
		int(atomic.LoadUint64(p)) + int(atomic.AddUint64(p, 1)) + bits.LeadingZeros64(x)
}
func littleEndian(b []byte) uint64 {
	return binary.LittleEndian.Uint64(b) + binary.BigEndian.Uint64(b[8:]) + uint64(binary.LittleEndian.Uint32(b[0:len(b)]))
}
func addresses(p *pair) (*int, *int, unsafe.Pointer) {
	return &p.a, &p.b, unsafe.Pointer(&p.a)
}
func derefs(f float64) uint64 { return *(*uint64)(unsafe.Pointer(&f)) }
func constants(x int) int {
	if unsafe.Sizeof(uintptr(0)) == 4 {
		return stop(stop(stop(x)))
	} else if x > 3 {
		return 1
	}
	const debug = false
	if debug && x > 2 {
		println(stop(x), stop(x), stop(x))
	}
	return 2
}
func two() (int, int)      { return 1, 2 }
func multi() (a, b, c int) { a, b = two(); c, _ = two(); return }
func switches(x any) int {
	switch y := x.(type) {
	case int:
		return y
	case string:
		return len(y)
	case nil:
		return 0
	default:
		_ = y
	}
	return 1
}
func loops(v []int, m map[string]int, c chan int) (n int) {
loop:
	for i, x := range v {
		switch {
		case x == 2:
			continue loop
		case x == 3:
			break loop
		}
		n += i
	}
	for {
		select {
		case x := <-c:
			n += x
		default:
			return
		}
	}
}
func types() int {
	type local struct{ a int }
	return local{3}.a
}
func usesTypes() int { return types() }

func closures(x int) int {
	twice := func(f func()) { f(); f() }
	twice(func() { x++ })
	func() { x += stop(x) * stop(x+1) * stop(x+2) }()
	add := func(y int) int {
		return x*y + x*y + x*y + x*y + x*y + x*y + x*y + x*y + x*y + x*y + x*y + x*y + x*y + x*y + x*y
	}
	return add(1) + add(2)
}
func makes(x int) func() int { return func() int { return x + stop(x) } }
func nested(x int) int {
	return makes(x)() + func() int { return func() int { return stop(x) + 1 }() }()
}

func even(n int) bool { return n == 0 || odd(n-1) }
func odd(n int) bool  { return n != 0 && even(n-1) }
func fact(n int) int {
	if n == 0 {
		return 1
	}
	return n * fact(n-1)
}
func a1(n int) int   { return b1(n) + 1 }
func b1(n int) int   { return c1(n) + 1 }
func c1(n int) int   { return a1(n) + 1 }
func recursive() int { return fact(5) + a1(3) + map[bool]int{true: 1}[even(4)] }
func named() (n int) { n = 3; return }
func unnamed(x int) int {
	if x == 0 {
		return 1
	}
	return 2
}
func results() int { return named() + unnamed(1) }

//go:noinline
func marked() {}

//go:nosplit
func split() {}
func empty() {}
func calls() { marked(); split(); empty() }
