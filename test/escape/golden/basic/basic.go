// Package basic: variables, parameters and results.
package basic

var sink any
var sinkp *int
var sinkpp **int

type T struct {
	a, b int
	next *T
	s    []byte
}

func moved(x int) *int { return &x }
func stays(x int) int {
	p := &x
	return *p
}

func global(x int)       { sinkp = &x }
func content(p **int)    { sinkp = *p }
func result(p *int) *int { return p }
func field(t *T) *T      { return t.next }
func deep(t *T) *T       { return t.next.next.next }
func two(p, q *int) (a, b *int) {
	a, b = q, p
	return
}

func through(p *int) *int {
	q := result(p)
	return q
}

func stored(t *T, p *T) { t.next = p }
func chain(p *int) {
	q := &p
	r := &q
	sinkpp = *r
}

func slices(n int) []byte {
	a := make([]byte, 10)
	b := make([]byte, n)
	c := make([]byte, 10, 20)
	d := make([]byte, 100000)
	_, _, _ = a, b, d
	return c
}

func maps() map[string]int {
	m := make(map[string]int)
	n := map[string]*int{"a": new(int)}
	_ = n
	return m
}

func channels() {
	c := make(chan *int, 1)
	x := 1
	c <- &x
	y := 2
	select {
	case c <- &y:
	default:
	}
}

func big() {
	var a [20 << 20]byte
	b := [1000]int{}
	_ = b
	a[0] = 1
}

func unnamed(int, *int) (*int, error) { return nil, nil }
func blank(_ *int, p *int)            { _ = p }

func ifaces(x int, p *T, s string, t T) {
	sink = x
	sink = p
	sink = s
	sink = t
	sink = 7
	sink = 300
	sink = "constant"
	sink = struct{}{}
}

func selfAssign(t *T) {
	t.s = t.s[1:]
	t.next = t.next.next
}

func appends(s []*int, p *int) []*int {
	x := 1
	s = append(s, p, &x)
	return append([]*int(nil), s...)
}

func copies(dst, src []*int) int { return copy(dst, src) }

func indirect(p **int) (q *int) {
	*p = new(int)
	q = *p
	return
}

var globalVar = &T{a: 1, next: &T{}}
var globalFunc = func(p *int) *int { return p }
var globalMap = map[string]*T{"x": {a: 1}}
