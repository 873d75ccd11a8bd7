// Package dst: functions that make what they return.
package dst

import "errors"

type node struct {
	text  string
	args  [4]int
	left  *node
	depth int
}

var errEmpty = errors.New("empty")

// wantParse is too long for what it makes to be made where it is called.
func wantParse(s string) (*node, error) {
	if s == "" {
		return nil, errEmpty
	}
	n := &node{text: s /* the text */, depth: len(s)}
	for i := range n.args {
		if i < len(s) {
			n.args[i] = int(s[i])
		}
		for k := 0; k < i; k++ {
			n.args[i] += k * n.depth
		}
	}
	switch {
	case n.args[0] > 900:
		n.args[1] = n.args[0] / 3
	case n.args[1] > 900:
		n.args[2] = n.args[1]*n.args[0] + n.args[3]
	case n.args[2] > 900:
		n.args[3] = n.args[2] - n.args[0]
	}
	if n.depth > 3 {
		n.text = s[3:]
	}
	return n, nil
}

func UseParse(s string) int {
	n, err := wantParse(s)
	if err != nil {
		return -1
	}
	return n.args[0] + n.args[3] + n.depth
}

type table struct{ rows, cols int }

// wantCell makes one in either case.
func (t *table) wantCell(row int) *node {
	sum := 0
	for i := 0; i < row; i++ {
		for k := 0; k < t.cols; k++ {
			if i%2 == k%2 {
				sum += i
			}
		}
	}
	if row > t.rows {
		return new(node)
	}
	return &node{
		text:  "cell",
		depth: row + sum, // not the sum alone
	}
}

func (t *table) Sum() (n int) {
	for i := 0; i < 3; i++ {
		n += t.wantCell(i).depth
	}
	return n + len(t.wantCell(99).text)
}

func wantBytes() []byte {
	b := make([]byte, 8, 64)
	for i := range b {
		b[i] = byte(i * i)
		if b[i] > 9 {
			b[i] -= 3
		}
	}
	b = append(b, 1)
	return b
}

func wantPlainBytes(n int) []byte {
	b := make([]byte, 8)
	for i := range b {
		b[i] = byte(i * n)
	}
	for i := range b {
		b[i] ^= b[(i+n)%len(b)]
	}
	return b
}

func UseBytes() int { return len(wantBytes()) + int(wantPlainBytes(3)[2]) }

// Several for one call.
func keepLoop(n int) *node {
	var last *node
	for i := 0; i < n; i++ {
		t := &node{depth: i, left: last}
		last = t
		if i == 7 {
			return t
		}
	}
	return last
}

func UseLoop() int { return keepLoop(3).left.depth }

func keepGoto(n int) *node {
	var all []*node
again:
	t := &node{depth: n}
	all = append(all, t)
	if n--; n > 0 {
		goto again
	}
	all[0].left = t
	return t
}

func UseGoto() int { return keepGoto(3).depth }

type maker interface{ keepMade() *node }

type quick struct{}

func (quick) keepMade() *node { return &node{depth: 3} }

func UseMade() int {
	var m maker = quick{}
	return m.keepMade().depth + quick{}.keepMade().depth
}

func keepValue() *node { return &node{depth: 4} }

var makers = []func() *node{keepValue}

func UseValue() int { return makers[0]().depth + keepValue().depth }

// KeepExported is one that importers call.
func KeepExported() *node { return &node{depth: 5} }

func UseExported() int { return KeepExported().depth }

func keepSpread(a, b int) *node { return &node{depth: a * b} }

func two() (int, int) { return 2, 3 }

func UseSpread() int { return keepSpread(two()).depth }

// The length is no constant.
func keepLen(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func UseLen() int { return len(keepLen(3)) }

func keepInterface() any { return &node{} }

func UseInterface() any { return keepInterface() }
