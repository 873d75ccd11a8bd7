//go:build race

package hb

import "strings"

// What is one variable, and which expressions read or write it. Two accesses conflict if they
// touch a byte in common and one of them writes. Reads never conflict.

func (rules) TestNoRaceReads() {
	x := keep(new(int))
	*x = 1
	inTurn(func() { use(*x) }, func() { use(*x) }, func() { use(*x) })
}

func (rules) TestRaceReadThenWrite() {
	x := keep(new(int))
	inTurn(func() { use(*x) }, func() { *x = 1 })
}

func (rules) TestRaceWriteThenRead() {
	x := keep(new(int))
	inTurn(func() { *x = 1 }, func() { use(*x) })
}

func (rules) TestRaceWriteThenWrite() {
	x := keep(new(int))
	inTurn(func() { *x = 1 }, func() { *x = 1 })
}

// A read that is ordered must not make a detector forget one that is not.
func (rules) TestRaceOrderedReadInBetween() {
	x, c := keep(new(int)), make(chan int, 1)
	inTurn(
		func() { use(*x) },
		func() { use(*x); c <- 0 },
		func() { <-c; *x = 1 })
}

func (rules) TestRaceManyReadersOneUnordered() {
	x, c := keep(new(int)), make(chan int, 16)
	fs := []func(){}
	for i := 0; i < 12; i++ {
		i := i
		fs = append(fs, func() {
			use(*x)
			if i != 5 {
				c <- 0
			}
		})
	}
	fs = append(fs, func() {
		for i := 0; i < 11; i++ {
			<-c
		}
		*x = 1
	})
	stockFails("four cells for each word: the read is evicted")
	inTurn(fs...)
}

func (rules) TestNoRaceManyReadersAllOrdered() {
	x, c := keep(new(int)), make(chan int, 16)
	fs := []func(){}
	for i := 0; i < 12; i++ {
		fs = append(fs, func() { use(*x); c <- 0 })
	}
	fs = append(fs, func() {
		for i := 0; i < 12; i++ {
			<-c
		}
		*x = 1
	})
	inTurn(fs...)
}

// All widths of scalars, and the values that are more than one word.

func (rules) TestRaceBool() {
	x := keep(new(bool))
	inTurn(func() { *x = true }, func() { use(*x) })
}

func (rules) TestRaceByte() {
	x := keep(new(byte))
	inTurn(func() { *x = 1 }, func() { use(*x) })
}

func (rules) TestRaceInt16() {
	x := keep(new(int16))
	inTurn(func() { *x = 1 }, func() { use(*x) })
}

func (rules) TestRaceInt32() {
	x := keep(new(int32))
	inTurn(func() { *x = 1 }, func() { use(*x) })
}

func (rules) TestRaceFloat64() {
	x := keep(new(float64))
	inTurn(func() { *x = 1 }, func() { use(*x) })
}

func (rules) TestRaceComplex128() {
	x := keep(new(complex128))
	inTurn(func() { *x = 1 }, func() { use(*x) })
}

func (rules) TestRaceComplexRealPartOnly() {
	x := keep(new(complex128))
	inTurn(func() { *x = complex(1, imag(*x)) }, func() { use(real(*x)) })
}

func (rules) TestRacePointerVariable() {
	x := keep(new(*int))
	inTurn(func() { *x = new(int) }, func() { use(*x) })
}

func (rules) TestRaceFuncVariable() {
	f := func() {}
	inTurn(func() { f = func() {} }, func() { f() })
}

var global int

func (rules) TestRaceGlobal() {
	inTurn(func() { global = 1 }, func() { use(global) })
}

var globals struct{ a, b int }

func (rules) TestNoRaceGlobalFields() {
	inTurn(func() { globals.a = 1 }, func() { globals.b = 1 })
}

// x++ reads and writes; so do the other assignments with an operation.
func (rules) TestRaceIncrement() {
	x := keep(new(int))
	someReports()
	inTurn(func() { *x++ }, func() { *x++ })
}

func (rules) TestRaceOpAssign() {
	x := keep(new(string))
	someReports()
	inTurn(func() { *x += "a" }, func() { *x += "b" })
}

// Structs and arrays: the parts are variables of their own, the whole is all of them.

type pair struct{ a, b int }

func (rules) TestNoRaceStructFields() {
	p := keep(new(pair))
	inTurn(func() { p.a = 1 }, func() { p.b = 1 })
}

func (rules) TestRaceStructSameField() {
	p := keep(new(pair))
	inTurn(func() { p.b = 1 }, func() { use(p.b) })
}

func (rules) TestRaceStructCopyReads() {
	p := keep(new(pair))
	inTurn(func() { p.b = 1 }, func() { use(*p) })
}

func (rules) TestRaceStructAssignWrites() {
	p := keep(new(pair))
	inTurn(func() { use(p.b) }, func() { *p = pair{1, 2} })
}

func (rules) TestRaceStructZeroed() {
	p := keep(new([8]pair))
	inTurn(func() { use(p[7].b) }, func() { *p = [8]pair{} })
}

func (rules) TestRaceStructCompared() {
	p, q := keep(new(pair)), keep(new(pair))
	inTurn(func() { p.a = 1 }, func() { use(*p == *q) })
}

type nested struct {
	before int
	inner  struct{ x, y [3]int }
	after  int
}

func (rules) TestNoRaceStructNested() {
	p := keep(new(nested))
	inTurn(
		func() { p.before = 1 },
		func() { p.after = 1 },
		func() { p.inner.x = [3]int{1, 2, 3} },
		func() { p.inner.y[0] = 1 },
		func() { p.inner.y[1] = 1 })
}

func (rules) TestRaceStructNested() {
	p := keep(new(nested))
	inTurn(func() { p.inner.y[2] = 1 }, func() { use(p.inner) })
}

func (rules) TestNoRaceStructEmbeddedNeighbours() {
	type both struct {
		pair
		c int
	}
	p := keep(new(both))
	inTurn(func() { p.pair = pair{1, 2} }, func() { p.c = 1 })
}

func (rules) TestNoRaceStructSmallFields() {
	p := keep(new(struct {
		a, b bool
		c    int16
		d    int32
	}))
	inTurn(func() { p.a = true }, func() { p.b = true }, func() { p.c = 1 }, func() { p.d = 1 })
}

// What has no bytes is no variable that could be raced for.
func (rules) TestNoRaceZeroSize() {
	p := keep(new([4]struct{}))
	inTurn(func() { p[1] = struct{}{} }, func() { p[1] = struct{}{} }, func() { use(*p) })
}

func (rules) TestNoRaceArrayElements() {
	p := keep(new([64]byte))
	fs := []func(){}
	for i := range p {
		i := i
		fs = append(fs, func() { p[i] = 1 })
	}
	inTurn(fs...)
}

func (rules) TestRaceArrayElement() {
	p := keep(new([64]byte))
	inTurn(func() { p[33] = 1 }, func() { use(p[33]) })
}

func (rules) TestRaceArrayCopyReads() {
	p := keep(new([64]byte))
	inTurn(func() { p[33] = 1 }, func() { use(*p) })
}

func (rules) TestRaceArrayRangeByValue() {
	p := keep(new([64]int))
	inTurn(func() { p[33] = 1 }, func() {
		for _, v := range *p {
			use(v)
		}
	})
}

// The length of an array is part of its type: nothing is read.
func (rules) TestNoRaceArrayRangeIndex() {
	p := keep(new([64]int))
	inTurn(func() { p[33] = 1 }, func() {
		for i := range *p {
			use(i)
		}
		use(len(p))
	})
}

// Slices: the header is one variable, each element another.

func (rules) TestNoRaceSliceElements() {
	s := make([]int, 8)
	inTurn(func() { s[0] = 1 }, func() { s[1] = 1 }, func() { use(len(s)) })
}

func (rules) TestRaceSliceElement() {
	s := make([]int, 8)
	inTurn(func() { s[3] = 1 }, func() { use(s[3]) })
}

func (rules) TestRaceSliceElementThroughOtherSlice() {
	s := make([]int, 8)
	a, b := s[:5], s[4:]
	inTurn(func() { a[4] = 1 }, func() { use(b[0]) })
}

func (rules) TestNoRaceSliceHalves() {
	s := make([]int, 8)
	a, b := s[:4], s[4:]
	fill := func(s []int) func() {
		return func() {
			for i := range s {
				s[i] = i
			}
		}
	}
	inTurn(fill(a), fill(b))
}

func (rules) TestRaceSliceHeader() {
	s := keep(new([]int))
	*s = make([]int, 4)
	inTurn(func() { *s = nil }, func() { use(len(*s)) })
}

func (rules) TestRaceSliceHeaderIndexed() {
	s := keep(new([]int))
	*s = make([]int, 4)
	inTurn(func() { *s = make([]int, 5) }, func() { (*s)[1] = 1 })
}

func (rules) TestNoRaceSliceHeaderCopied() {
	s := make([]int, 4)
	inTurn(func() { t := s; t = append(t, 1); use(t) }, func() { t := s[1:]; use(t) })
}

func (rules) TestRaceSliceRange() {
	s := make([]int, 4)
	inTurn(func() { s[2] = 1 }, func() {
		for _, v := range s {
			use(v)
		}
	})
}

func (rules) TestRaceSliceToArray() {
	s := make([]int, 4)
	inTurn(func() { s[2] = 1 }, func() { use(*(*[4]int)(s)) })
}

// append writes behind the length if there is room, else reads all that it moves.

func (rules) TestRaceAppendInPlace() {
	s := make([]int, 1, 4)
	inTurn(func() { use(append(s, 1)) }, func() { use(append(s, 2)) })
}

func (rules) TestNoRaceAppendBeyondCapacity() {
	s := make([]int, 2, 4)
	inTurn(func() { use(append(s[:2:2], 1)) }, func() { use(append(s[:2:2], 2)) })
}

func (rules) TestRaceAppendGrowthReads() {
	s := make([]int, 4)
	inTurn(func() { s[2] = 1 }, func() { use(append(s, 1)) })
}

func (rules) TestNoRaceAppendInPlaceLeavesElements() {
	s := make([]int, 4, 8)
	inTurn(func() { s[2] = 1 }, func() { use(append(s, 1)) })
}

func (rules) TestRaceAppendSource() {
	a, b := make([]int, 2, 16), make([]int, 4)
	inTurn(func() { b[3] = 1 }, func() { use(append(a, b...)) })
}

func (rules) TestRaceAppendDestination() {
	a, b := make([]int, 2, 16), make([]int, 4)
	inTurn(func() { use(a[:6][5]) }, func() { use(append(a, b...)) })
}

func (rules) TestRaceAppendToVariable() {
	s := keep(new([]int))
	someReports()
	inTurn(func() { *s = append(*s, 1) }, func() { *s = append(*s, 2) })
}

func (rules) TestRaceAppendString() {
	s := make([]byte, 2, 16)
	inTurn(func() { use(s[:4][3]) }, func() { use(append(s, "abcd"...)) })
}

// copy reads one side and writes the other, as far as both reach.

func (rules) TestRaceCopyDestination() {
	a, b := make([]int, 8), make([]int, 8)
	inTurn(func() { use(a[7]) }, func() { copy(a, b) })
}

func (rules) TestRaceCopySource() {
	a, b := make([]int, 8), make([]int, 8)
	inTurn(func() { b[7] = 1 }, func() { copy(a, b) })
}

func (rules) TestNoRaceCopyBeyondShorter() {
	a, b := make([]int, 8), make([]int, 4)
	inTurn(func() { a[4] = 1 }, func() { copy(a, b) }, func() { a[5] = 1 })
}

func (rules) TestNoRaceCopySameSource() {
	a, b, c := make([]int, 8), make([]int, 8), make([]int, 8)
	inTurn(func() { copy(b, a) }, func() { copy(c, a) })
}

func (rules) TestRaceCopyBytes() {
	a, b := make([]byte, 1000), make([]byte, 1000)
	inTurn(func() { copy(a, b) }, func() { use(a[999]) })
}

func (rules) TestNoRaceCopyBytesNeighbours() {
	a, b := make([]byte, 1002), make([]byte, 1000)
	inTurn(func() { copy(a[1:], b) }, func() { a[0] = 1 }, func() { a[1001] = 1 })
}

// Elements with pointers are copied by another function of the runtime.
func (rules) TestRaceCopyPointers() {
	a, b := make([]*int, 8), make([]*int, 8)
	inTurn(func() { copy(a, b) }, func() { use(a[7]) })
}

func (rules) TestRaceCopyStringToBytes() {
	a := make([]byte, 8)
	inTurn(func() { use(a[3]) }, func() { copy(a, "abcdefgh") })
}

// Strings: the header is a variable; the bytes are written once, before anybody has the string.

func (rules) TestRaceStringVariable() {
	s := keep(new(string))
	inTurn(func() { *s = "abc" }, func() { use(*s) })
}

func (rules) TestRaceStringLength() {
	s := keep(new(string))
	inTurn(func() { *s = "abc" }, func() { use(len(*s)) })
}

func (rules) TestNoRaceStringContent() {
	s := strings.Repeat("abc", 10)
	inTurn(func() { use(s[3]) }, func() { use(s[1:5] == "bcab") }, func() { use([]byte(s)) }, func() { use(s + "d") })
}

func (rules) TestRaceStringOfBytes() {
	b := []byte("abcdefghijklmnopqrstuvwxyz0123456789")
	inTurn(func() { b[30] = 1 }, func() { use(string(b)) })
}

func (rules) TestRaceStringOfRunes() {
	b := []rune("abcdefghijklmnopqrstuvwxyz0123456789")
	inTurn(func() { b[30] = 'x' }, func() { use(string(b)) })
}

// Conversions without a copy: as map key, in a comparison, in a range.
func (rules) TestRaceStringOfBytesAsKey() {
	b, m := []byte("abc"), map[string]int{"abc": 1}
	inTurn(func() { b[1] = 1 }, func() { use(m[string(b)]) })
}

func (rules) TestRaceStringOfBytesCompared() {
	b := []byte("abc")
	inTurn(func() { b[1] = 1 }, func() { use(string(b) == "abd") })
}

func (rules) TestRaceStringOfBytesConcatenated() {
	b := []byte("abc")
	inTurn(func() { b[1] = 1 }, func() { use("<" + string(b) + ">") })
}

func (rules) TestNoRaceStringBuilderGivenUp() {
	c := make(chan string, 1)
	inTurn(
		func() {
			var b strings.Builder
			b.WriteString("abc")
			c <- b.String()
			b.WriteString("def")
		},
		func() { use(<-c + "!") })
}
