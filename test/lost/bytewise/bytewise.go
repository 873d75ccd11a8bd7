//go:build race

// Situation 6: accesses of different widths through unsafe, which overlap without starting at the
// same byte.
//
//	bytewise one W OFF   an access of W bytes at offset 0, then a byte written at OFF
//	bytewise pairs       every pair of widths 1, 2, 4, 8 at offsets 0 to 7, reading and writing
//	bytewise types       every byte of every basic type against an access of the whole value
//
// pairs and types know for every pair whether it conflicts, compare the number of reports with
// that, and print the pairs that were missed or wrongly reported.
package main

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"lost/quiet"
)

var (
	sink8  uint8
	sink16 uint16
	sink32 uint32
	sink64 uint64
)

//go:noinline
func first(p unsafe.Pointer, width int, write bool) {
	access(p, width, write) // CALLFIRST
}

//go:noinline
func second(p unsafe.Pointer, width int, write bool) {
	access(p, width, write) // CALLSECOND
}

//go:noinline
func access(p unsafe.Pointer, width int, write bool) {
	switch {
	case width == 1 && write:
		*(*uint8)(p) = 1 // WRITE1
	case width == 2 && write:
		*(*uint16)(p) = 1 // WRITE2
	case width == 4 && write:
		*(*uint32)(p) = 1 // WRITE4
	case width == 8 && write:
		*(*uint64)(p) = 1 // WRITE8
	case width == 1:
		keep8(*(*uint8)(p)) // READ1
	case width == 2:
		keep16(*(*uint16)(p)) // READ2
	case width == 4:
		keep32(*(*uint32)(p)) // READ4
	case width == 8:
		keep64(*(*uint64)(p)) // READ8
	}
}

// The sinks are shared by all goroutines, so writing them must not be instrumented.
//
//go:norace
func keep8(v uint8) { sink8 = v }

//go:norace
func keep16(v uint16) { sink16 = v }

//go:norace
func keep32(v uint32) { sink32 = v }

//go:norace
func keep64(v uint64) { sink64 = v }

// twice runs a and then b, each in a goroutine of its own and unordered for the memory model, and
// returns how many races were reported meanwhile.  n makes the call stacks different.
func twice(n int, a, b func()) int {
	before := runtime.RaceErrors()
	var made, done quiet.Flag
	go func() { // GO1
		quiet.Distinct(n, a) // CALL1
		made.Set()
	}()
	made.Wait()
	go func() { // GO2
		quiet.Distinct(n, b) // CALL2
		done.Set()
	}()
	done.Wait()
	return runtime.RaceErrors() - before
}

type tally struct{ pairs, conflicts, missed, invented int }

func (t *tally) count(conflict bool, reports int, what string) {
	t.pairs++
	if conflict {
		t.conflicts++
	}
	switch {
	case conflict && reports == 0:
		t.missed++
		fmt.Println("missed:", what)
	case !conflict && reports != 0:
		t.invented++
		fmt.Println("invented:", what)
	}
}

func (t *tally) done() {
	fmt.Printf("pairs %d conflicts %d missed %d invented %d\n", t.pairs, t.conflicts, t.missed, t.invented)
}

func one(width, off int) {
	cell := new([2]uint64)
	a, b := unsafe.Pointer(cell), unsafe.Pointer(uintptr(unsafe.Pointer(cell))+uintptr(off))
	twice(0, func() { first(a, width, true) }, func() { second(b, 1, true) }) // CALLONE
}

func pairs() {
	name := map[bool]string{false: "read", true: "write"}
	widths := []int{1, 2, 4, 8}
	var t tally
	for _, wa := range widths {
		for oa := 0; oa < 8; oa++ {
			for _, wb := range widths {
				for ob := 0; ob < 8; ob++ {
					for mode := 0; mode < 4; mode++ {
						writeA, writeB := mode&1 != 0, mode&2 != 0
						cell := new([2]uint64)
						a := unsafe.Pointer(uintptr(unsafe.Pointer(cell)) + uintptr(oa))
						b := unsafe.Pointer(uintptr(unsafe.Pointer(cell)) + uintptr(ob))
						overlap := oa < ob+wb && ob < oa+wa
						n := twice(t.pairs, func() { first(a, wa, writeA) }, func() { second(b, wb, writeB) })
						t.count(overlap && (writeA || writeB), n,
							fmt.Sprintf("%s of %d at %d, then %s of %d at %d", name[writeA], wa, oa, name[writeB], wb, ob))
					}
				}
			}
		}
	}
	t.done()
}

//go:noinline
func store[T any](p *T, v T) { *p = v }

//go:noinline
func load[T any](p *T) T { return *p }

// whole tries an access of all of a T against a write of each byte of it, and of the bytes before
// and after it, which do not conflict.
func whole[T any](t *tally, name string, v T) {
	size := int(unsafe.Sizeof(v))
	for off := -1; off <= size; off++ {
		for mode := 0; mode < 4; mode++ {
			// The byte is only ever written with the value that it has, so that a
			// pointer in v stays valid for the garbage collector.
			block := new(struct {
				before [8]byte
				v      T
				after  [8]byte
			})
			block.v = v
			b := unsafe.Pointer(uintptr(unsafe.Pointer(&block.v)) + uintptr(off))
			same := *(*uint8)(b)
			all := func() {
				if mode&1 != 0 {
					store(&block.v, v)
				} else {
					load(&block.v)
				}
			}
			byteWise := func() { *(*uint8)(b) = same }
			f, g := all, byteWise
			if mode&2 != 0 {
				f, g = g, f
			}
			n := twice(t.pairs, f, g)
			t.count(off >= 0 && off < size, n, fmt.Sprintf("%s, byte %d, %s", name, off,
				[]string{"read then byte", "write then byte", "byte then read", "byte then write"}[mode]))
			runtime.KeepAlive(block)
		}
	}
}

func types() {
	var t tally
	whole(&t, "bool", true)
	whole(&t, "int8", int8(1))
	whole(&t, "int16", int16(1))
	whole(&t, "int32", int32(1))
	whole(&t, "int64", int64(1))
	whole(&t, "float32", float32(1.5))
	whole(&t, "float64", float64(1.5))
	whole(&t, "complex64", complex64(1+2i))
	whole(&t, "complex128", complex128(1+2i))
	whole(&t, "string", "word")
	whole(&t, "slice", make([]int, 3))
	whole(&t, "interface", any(1.5))
	whole(&t, "pointer", new(int))
	whole(&t, "func", func() {})
	whole(&t, "[3]byte", [3]byte{1, 2, 3})
	whole(&t, "[16]byte", [16]byte{1, 2, 3})
	whole(&t, "[100]byte", [100]byte{1, 2, 3})
	whole(&t, "struct{int32}", struct{ a int32 }{1})
	whole(&t, "struct{int8,int16}", struct {
		a int8
		b int16
	}{1, 2})
	whole(&t, "struct{string,int}", struct {
		s string
		n int
	}{"word", 2})
	t.done()
}

func main() {
	switch quiet.Word(1, "pairs") {
	case "one":
		one(quiet.Arg(2, 8), quiet.Arg(3, 3))
	case "pairs":
		pairs()
	case "types":
		types()
	default:
		fmt.Println("usage: bytewise one W OFF | pairs | types")
		os.Exit(2)
	}
}
