// Package conversions: strings, interfaces, numbers.
package conversions

import "unsafe"

type S string
type Bytes []byte
type P *int
type E struct{ code int }

func (e E) Error() string   { return "e" }
func (p *E) String() string { return "p" }

type Stringer interface{ String() string }

var err error
var any1 interface{}

func strs(b []byte, r []rune, s string, n rune) (string, []byte) {
	x := string(b)
	y := []byte(s)
	z := []rune(s)
	w := string(r)
	v := string(n)
	_, _, _, _ = x, z, w, v
	if string(b) == "abc" {
		return S2(S(b)), y
	}
	for range []byte(s) {
	}
	return x + y0(y) + "c", Bytes(s)
}

func S2(s S) string      { return string(s) }
func y0(b []byte) string { return string(b) }

func ifaces(e E, p *E, s Stringer) interface{} {
	err = e
	var t Stringer = p
	any1 = t
	any1 = s
	if q, ok := any1.(*E); ok {
		return *q
	}
	switch v := any1.(type) {
	case E:
		return v.code
	case Stringer:
		return v
	case nil:
		return nil
	case int, string:
		return v
	}
	return s
}

func numbers(x int, f float64) {
	any1 = float32(f)
	any1 = uint8(x)
	any1 = 'x'
	any1 = rune(x)
	any1 = 1.5
	any1 = 2i
	any1 = byte(3)
	any1 = int64(1 << 40)
	any1 = true
	any1 = x > 3
	any1 = -x
	any1 = ^x
	any1 = !(x > 3)
	any1 = x + 2*x
	any1 = (x + 2) * x
	any1 = "a long constant string that is longer than what messages show of strings, which are cut"
	any1 = "quotes \" and \n newlines \x00 \u00e9"
}

func unsafes(p *int, b []byte) *byte {
	q := unsafe.Pointer(p)
	u := uintptr(q)
	_ = u
	return (*byte)(unsafe.Pointer(&b[0]))
}

func arrays(s []int) *[4]int { return (*[4]int)(s) }

func concat(a, b string, n int) string {
	s := a + b
	t := a + ":" + b
	_ = s
	any1 = "x" + a
	return t
}

func compare(x interface{}, e E) bool { return x == e || x == 3 || e == x }

func named(p P) P {
	var q P = p
	return q
}
