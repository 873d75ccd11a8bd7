//go:build race

package hb

import "unsafe"

// Bytes are what conflicts: not words, not fields. The accesses here have the widths and places
// that package unsafe can give them.

// at returns a *T that points off bytes behind p.
func at[T, P any](p *P, off uintptr) *T {
	return (*T)(unsafe.Pointer(uintptr(unsafe.Pointer(p)) + off))
}

// words is memory of four words that no other case uses.
func words() *[4]uint64 { return keep(new([4]uint64)) }

const oneByte = "a scalar access is checked as one byte at its start"

func (rules) TestNoRaceUnsafeAdjacentBytes() {
	w := words()
	a, b := at[byte](w, 3), at[byte](w, 4)
	inTurn(func() { *a = 1 }, func() { *b = 1 })
}

func (rules) TestNoRaceUnsafeAdjacentHalves() {
	w := words()
	a, b := at[uint32](w, 0), at[uint32](w, 4)
	inTurn(func() { *a = 1 }, func() { *b = 1 })
}

func (rules) TestNoRaceUnsafeWordAndNextByte() {
	w := words()
	a, b := at[uint64](w, 0), at[byte](w, 8)
	inTurn(func() { *a = 1 }, func() { *b = 1 })
}

func (rules) TestNoRaceUnsafeByteBeforeWord() {
	w := words()
	a, b := at[byte](w, 7), at[uint64](w, 8)
	inTurn(func() { *a = 1 }, func() { *b = 1 })
}

func (rules) TestRaceUnsafeWordAndFirstByte() {
	w := words()
	a, b := at[uint64](w, 0), at[byte](w, 0)
	inTurn(func() { *a = 1 }, func() { *b = 1 })
}

func (rules) TestRaceUnsafeWordAndInnerByte() {
	stockFails(oneByte)
	w := words()
	a, b := at[uint64](w, 0), at[byte](w, 3)
	inTurn(func() { *a = 1 }, func() { *b = 1 })
}

func (rules) TestRaceUnsafeInnerByteThenWord() {
	stockFails(oneByte)
	w := words()
	a, b := at[byte](w, 3), at[uint64](w, 0)
	inTurn(func() { *a = 1 }, func() { *b = 1 })
}

func (rules) TestRaceUnsafeWordReadAndLastByte() {
	stockFails(oneByte)
	w := words()
	a, b := at[uint64](w, 0), at[byte](w, 7)
	inTurn(func() { use(*a) }, func() { *b = 1 })
}

func (rules) TestRaceUnsafeWordAndUpperHalf() {
	stockFails(oneByte)
	w := words()
	a, b := at[uint64](w, 0), at[uint32](w, 4)
	inTurn(func() { *a = 1 }, func() { use(*b) })
}

func (rules) TestRaceUnsafeHalvesOverlap() {
	stockFails(oneByte)
	w := words()
	a, b := at[uint32](w, 1), at[uint32](w, 4)
	inTurn(func() { *a = 1 }, func() { *b = 1 })
}

func (rules) TestRaceUnsafeShortAndSecondByte() {
	stockFails(oneByte)
	w := words()
	a, b := at[uint16](w, 2), at[byte](w, 3)
	inTurn(func() { *a = 1 }, func() { *b = 1 })
}

func (rules) TestNoRaceUnsafeShortAndThirdByte() {
	w := words()
	a, b := at[uint16](w, 2), at[byte](w, 4)
	inTurn(func() { *a = 1 }, func() { *b = 1 })
}

// An access that crosses from one word of shadow into the next.
func (rules) TestRaceUnsafeCrossingWord() {
	stockFails(oneByte)
	w := words()
	a, b := at[uint64](w, 4), at[byte](w, 9)
	inTurn(func() { *a = 1 }, func() { *b = 1 })
}

func (rules) TestNoRaceUnsafeCrossingWordNeighbours() {
	w := words()
	a, b, c := at[uint64](w, 4), at[byte](w, 3), at[byte](w, 12)
	inTurn(func() { *a = 1 }, func() { *b = 1 }, func() { *c = 1 })
}

// A wide access races with several narrow ones.
func (rules) TestRaceUnsafeWordAndTwoBytes() {
	stockFails(oneByte)
	w := words()
	a, b, c := at[uint64](w, 0), at[byte](w, 1), at[byte](w, 6)
	reports(2)
	inTurn(
		func() { *b = 1 },
		func() { *c = 1 },
		func() { *a = 1 })
}

// Ranges: a composite value of 24 bytes against the bytes around and in it.

func (rules) TestNoRaceUnsafeRangeNeighbours() {
	w := words()
	a, b, c := at[[3]uint64](w, 4), at[byte](w, 3), at[byte](w, 28)
	inTurn(func() { *a = [3]uint64{1, 2, 3} }, func() { *b = 1 }, func() { *c = 1 })
}

func (rules) TestRaceUnsafeRangeFirstByte() {
	w := words()
	a, b := at[[3]uint64](w, 4), at[byte](w, 4)
	inTurn(func() { *b = 1 }, func() { use(*a) })
}

func (rules) TestRaceUnsafeRangeLastByte() {
	w := words()
	a, b := at[[3]uint64](w, 4), at[byte](w, 27)
	inTurn(func() { *b = 1 }, func() { use(*a) })
}

func (rules) TestRaceUnsafeRangeInnerByte() {
	w := words()
	a, b := at[[3]uint64](w, 4), at[byte](w, 17)
	inTurn(func() { *b = 1 }, func() { use(*a) })
}

// The same memory under two types.
func (rules) TestRaceUnsafeOtherType() {
	w := words()
	a, b := at[float64](w, 8), at[int64](w, 8)
	inTurn(func() { *a = 1 }, func() { use(*b) })
}

func (rules) TestRaceUnsafeSliceOfWord() {
	w := words()
	b := unsafe.Slice(at[byte](w, 0), 8)
	inTurn(func() { copy(b[2:4], "ab") }, func() { use(w[0] == 0) })
	stockFails(oneByte)
}

func (rules) TestNoRaceUnsafePointerArithmetic() {
	w := words()
	inTurn(
		func() { *at[uint64](w, 8) = 1 },
		func() { *(*uint64)(unsafe.Add(unsafe.Pointer(w), 16)) = 1 },
		func() { use(uintptr(unsafe.Pointer(w)) + 8) })
}
