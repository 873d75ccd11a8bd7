// Package buffer: slices that are small most of the time.
package buffer

import "unsafe"

func fill(dst []byte, x byte) int {
	for i := range dst {
		dst[i] = x + byte(i)
	}
	return len(dst)
}

func size(n int) int { return 2 * n }

func WantString(n int) string {
	dst := make([]byte, size(n))
	fill(dst, 'a')
	return string(dst)
}

func WantName(n int) int {
	sum := 0
	xs := make([]int, n)
	for i := range xs {
		xs[i] += i
		sum += xs[i]
	}
	return sum + cap(xs)
}

// Each iteration has a new one, with zeros.
func WantLoop(n int) int {
	sum := 0
	for i := 0; i < n; i++ {
		xs := make([]uint16, i)
		for k := range xs {
			sum += int(xs[k])
			xs[k] = 7
		}
	}
	return sum
}

func WantEmpty(n int, s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < n; i++ {
		b = append(b, s[i])
	}
	return string(b)
}

func WantNegative(n int) (r any) {
	defer func() { r = recover() }()
	b := make([]byte, n)
	fill(b, 'x')
	return nil
}

func KeepReturned(n int) []byte {
	b := make([]byte, n)
	fill(b, 'x')
	return b
}

func KeepPart(n int) []byte {
	b := make([]byte, n)
	fill(b, 'x')
	return b[1:]
}

type holder struct{ b []byte }

func KeepStored(h *holder, n int) {
	b := make([]byte, n)
	h.b = b
}

func KeepSent(c chan []byte, n int) {
	b := make([]byte, n)
	c <- b
}

func KeepCaptured(n int) func() int {
	b := make([]byte, n)
	return func() int { return len(b) }
}

func KeepConstant() int {
	b := make([]byte, 17)
	return fill(b, 'x')
}

func KeepGoto(n int) int {
	all := [][]byte{}
again:
	b := make([]byte, n)
	fill(b, 'x')
	all = append(all, b)
	if len(all) < 2 {
		goto again
	}
	all[0][0] = 'y'
	return int(all[1][0])
}

func KeepGrown(n int, x []byte) []byte {
	b := make([]byte, n)
	y := append(b, x...)
	return y
}

type large [100]byte

func KeepLarge(n int) int {
	b := make([]large, n)
	return len(b[0])
}

// The number is that of another b.
func KeepShadow(b []byte, n int) int {
	sum := 0
	for i := 0; i < n; i++ {
		b := make([]byte, len(b))
		sum += fill(b, 'x')
	}
	return sum
}

func KeepShadowCapacity(b []byte, n int) int {
	{
		b := make([]byte, 0, cap(b)+n)
		return cap(b)
	}
}

type small byte

func KeepShadowType(n int) int {
	small := make([]small, n)
	return len(small)
}

// An array of bytes may begin at any address.
func KeepAligned(n int) uint64 {
	b := make([]byte, 8*n)
	fill(b, 'x')
	return *(*uint64)(unsafe.Pointer(&b[0]))
}

// A stack may move.
func KeepNumber(n int) bool {
	b := make([]byte, n)
	at := uintptr(unsafe.Pointer(&b[0]))
	return at == uintptr(unsafe.Pointer(&b[:1][0])) && fill(b, 'x') == n
}

type pair struct {
	a [2]byte
	b int16
}

func (p *pair) set(x byte) { p.a[0] = x }

func KeepField(n int) int16 {
	b := make([]pair, n)
	p := &b[0].b
	*p = 7
	return b[0].b
}

func KeepArray(n int) byte {
	b := make([]pair, n)
	s := b[0].a[:]
	s[1] = 7
	return b[0].a[1]
}

func KeepMethod(n int) byte {
	b := make([]pair, n)
	b[0].set(7)
	return b[0].a[0]
}

// Parts are only changed and read.
func WantParts(n int) int16 {
	b := make([]pair, n)
	for i := range b {
		b[i].a[1]++
		(b[i]).b = int16(i)
	}
	return b[n-1].b
}

func KeepUint(n uint8) int {
	b := make([]byte, n)
	return fill(b, 'x')
}
