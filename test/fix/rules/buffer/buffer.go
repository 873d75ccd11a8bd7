// Package buffer: slices that are small most of the time.
package buffer

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

func KeepUint(n uint8) int {
	b := make([]byte, n)
	return fill(b, 'x')
}
