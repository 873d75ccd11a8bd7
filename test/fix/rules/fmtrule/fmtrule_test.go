package fmtrule

import (
	"bytes"
	"fmt"
	"math"
	"testing"
)

func same(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

var ints = []int64{0, 1, -1, 7, 99, 100, -100, 12345, math.MaxInt8, math.MinInt8, math.MaxInt16, math.MinInt16,
	math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64}

var texts = []string{"", "a", "ä\x00\xff", "%d", "line\nnext", "\"quoted\" `x`", "\u200b\ufeff\U0001F600"}

func TestInts(t *testing.T) {
	for _, i := range ints {
		same(t, WantInts(int(i), int8(i), int16(i), int32(i), i),
			fmt.Sprintf("%d,%d|%v %d%d%%", int(i), int8(i), int16(i), int32(i), i))
		u := uint64(i)
		same(t, WantUints(uint(u), uint8(u), uint16(u), uint32(u), u, uintptr(u)),
			fmt.Sprintf("%d,%d|%v %d%d %d", uint(u), uint8(u), uint16(u), uint32(u), u, uintptr(u)))
		same(t, WantBases(int(i), uint32(i), Plain(i)), fmt.Sprintf("%x %o %b %d", int(i), uint32(i), int(i), Plain(i)))
		same(t, WantSprint(int(i)), fmt.Sprint(i)+"!")
	}
}

func TestTexts(t *testing.T) {
	for _, s := range texts {
		same(t, WantStrings(s, Name(s), []byte(s)), fmt.Sprintf("<%s|%v|%s\n\t\"\\\x00é%s>", s, Name(s), []byte(s), s+s))
		same(t, WantQuoted(s, Name(s)), fmt.Sprintf("%q %q", s, Name(s)))
		same(t, WantSprintStrings(s, s), fmt.Sprint(s, "-", s))
		same(t, WantSprintln(3, s), fmt.Sprintln(3, s))
		same(t, WantErrorf(s, 7).Error(), fmt.Sprintf("bad %q at %d", s, 7))
		same(t, fmt.Sprintf("%T", WantErrorf(s, 7)), "*errors.errorString")
		same(t, WantBuilder(s, 300), fmt.Sprintf("%s: %d\n", s, 300)+fmt.Sprint(300)+fmt.Sprintln(s, 300))
	}
	same(t, WantStrings("", "", nil), "<||\n\t\"\\\x00é>")
	same(t, WantConstant(), "nothing % to see")
	same(t, WantLevel(3), "x")
	same(t, WantBools(true, false), "true false")
	var b bytes.Buffer
	WantBuffer(&b, 12)
	same(t, b.String(), "n=12")
}

func TestStructs(t *testing.T) {
	for _, a := range []int{-1, 0, 7} {
		for _, s := range texts {
			p := Pair{A: a, text: s}
			p.Both.Yes = a > 0
			same(t, WantStruct(a, s), fmt.Sprintf("%v %v%v", p, &p, p))
		}
	}
	same(t, KeepNil(nil), "<nil>")
}

func TestFloats(t *testing.T) {
	for _, f := range []float64{0, 1, -1.5, 2.5, 3.5, 1e21, -1e-9, 0.005, 1234567.891, math.Inf(1), math.Inf(-1), math.NaN(),
		math.Copysign(0, -1), math.MaxFloat64} {
		same(t, WantFloats(f, float32(f)), fmt.Sprintf("%.2f %.0f", f, float32(f)))
	}
}

func TestOrder(t *testing.T) {
	var said string
	f := func(s string) func() string { return func() string { said += s; return s } }
	same(t, WantOrder(f("a"), f("b")), "ab")
	same(t, said, "ab")
}
