// Package value: pointers that become values.
package value

type point struct{ x, y int }

func (p point) sum() int { return p.x + p.y }

func (p *point) move() { p.x++ }

func wantNew(x, y int) *point {
	p := point{x, y}
	return &p
}

func UseNew(x int) int {
	p := wantNew(x, 1)
	return p.x + p.sum() + (*p).y
}

func wantLiteral(x int) *point { return &point{x: x} }

func UseLiteral(x int) int { return wantLiteral(x).x }

type Track struct{ points []*point }

func (t *Track) WantAdd(x, y int) {
	p := point{x, y}
	t.points = append(t.points, &p)
}

func (t *Track) Len() int {
	n := 0
	for _, p := range t.points {
		n += p.x
	}
	return n + len(t.points) + t.points[0].y
}

// It may be nil.
func keepNil(x int) *point {
	if x < 0 {
		return nil
	}
	return &point{x: x}
}

func UseNil(x int) bool { return keepNil(x) == nil }

// It is changed behind the pointer.
func keepChanged(x int) *point { return &point{x: x} }

func UseChanged(x int) int {
	p := keepChanged(x)
	q := p
	q.x = 7
	return p.x
}

func keepMoved(x int) *point { return &point{x: x} }

func UseMoved(x int) int {
	p := keepMoved(x)
	p.move()
	return p.x
}

func keepCompared(x int) *point { return &point{x: x} }

func UseCompared(x int) bool { return keepCompared(x) == keepCompared(x) }

func keepPassed(x int) *point { return &point{x: x} }

func UsePassed(x int, f func(any)) { f(keepPassed(x)) }

// u is used after its address was handed on.
func keepLater(all *[]*point) int {
	u := point{}
	kept = append(kept, &u)
	u.x = 9
	return u.x
}

var kept []*point

func UseLater() int {
	keepLater(nil)
	return kept[0].x
}

// Importers see it.
func KeepExported(x int) *point { return &point{x: x} }

func keepFunc(x int) *point { return &point{x: x} }

var UseFunc = keepFunc

// One variable for all iterations.
func keepLoop(n int) int {
	var all []*point
	var u point
	for i := 0; i < n; i++ {
		u.x = i
		all = append(all, &u)
	}
	s := 0
	for _, p := range all {
		s += p.x
	}
	return s
}

func UseLoop() int { return keepLoop(3) }

type field struct{ p []*point }

// Its elements may be nil.
func keepMade(n int) int {
	f := field{p: make([]*point, n)}
	f.p = append(f.p, &point{x: 1})
	return len(f.p)
}

func UseMade() int { return keepMade(2) }

// A panic that is recovered from gives nil.
func keepRecovered(x int) *point {
	defer func() { recover() }()
	return &point{x: 10 / x}
}

func UseRecovered(x int) (r any) {
	defer func() { r = recover() }()
	return keepRecovered(x).x
}

// A goto leads back to where the variable is used.
func keepGoto(all []*point) int {
	var u point
	n := 0
again:
	u.x += 5
	if n == 0 {
		n++
		all = append(all, &u)
		goto again
	}
	return all[0].x
}

type counted struct {
	p point
	n int
}

var lent []*point

func (p *point) lend() { lent = append(lent, p) }

// A method on a part has its address.
func keepLent(x int) *counted {
	u := counted{n: x}
	u.p.lend()
	return &u
}

func UseLent(x int) int {
	c := keepLent(x)
	lent[len(lent)-1].x = x
	return c.p.x
}
