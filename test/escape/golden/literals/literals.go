// Package literals: composite literals.
package literals

type P struct{ x, y int }
type N struct {
	p  *P
	in P
	ps []P
	m  map[string]P
}

var sink interface{}

func escaping() *N {
	return &N{p: &P{1, 2}, in: P{y: 3}, ps: []P{{1, 2}, {3, 4}}, m: map[string]P{"a": {}}}
}

func staying() int {
	n := N{p: &P{1, 2}}
	m := &N{}
	s := []int{1, 2, 3}
	a := [...]string{2: "c", 0: "a"}
	e := []struct{ a, b int }{{1, 2}}
	q := []*P{{1, 2}, {3, 4}}
	z := map[P][]int{{1, 2}: {3}}
	return n.p.x + m.in.x + s[0] + len(a) + e[0].a + q[0].x + len(z)
}

func sinks(n int) {
	sink = P{n, n}
	sink = &P{n, n}
	sink = []int{n}
	sink = [2]int{n, n}
	sink = map[int]int{n: n}
	sink = struct{ a int }{n}
	sink = []interface{}{n, "s", nil}
	sink = [][]int{{1}, {2, n}}
	sink = [0]int{}
	sink = struct{}{}
	sink = &struct{}{}
	sink = []byte("abc")
	sink = []P{}
}

func big() {
	x := [100000]int{1}
	y := []int{200000: 1}
	z := &[20000]int{}
	_, _, _ = x, y, z
}

type embedded struct {
	*P
	N
}

func embed() embedded { return embedded{&P{}, N{}} }
