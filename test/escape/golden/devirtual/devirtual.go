// Package devirtual: interface calls whose target is known.
package devirtual

type I interface{ M(int) int }
type T int

//go:noinline
func (t T) M(x int) int { return int(t) + x }

//go:noinline
func f() int { return 1 }

func conversions(p []int, m map[int]T) int {
	return I(T(f())).M(f()) + I(T(p[f()]+f())).M(f()) + I(m[f()]).M(f())
}

type S struct{ x int }

func (t *S) M(x int) int { return t.x + x }

func assertions(x any) int {
	i, ok := x.(I)
	if ok {
		return i.M(1)
	}
	switch y := x.(type) {
	case I:
		return y.M(2)
	case T:
		return y.M(3)
	}
	var z any = T(3)
	return z.(I).M(4) + z.(interface{ M(int) int }).M(5)
}

func sources(c chan I, m map[string]I, s []I, ar *[3]I) (r int) {
	var v I
	v = <-c
	r += v.M(1)
	w, ok := m["a"]
	if ok {
		r += w.M(2)
	}
	for _, z := range s {
		r += z.M(2)
	}
	for _, z := range ar {
		r += z.M(2)
	}
	for k, z := range map[I]I{} {
		r += z.M(2) + k.M(2)
	}
	select {
	case q := <-c:
		r += q.M(3)
	case q, ok := <-c:
		_ = ok
		r += q.M(4)
	}
	return
}

func mk() (I, error) { return T(3), nil }

func results() int {
	a, err := mk()
	if err != nil {
		return 0
	}
	var b I
	b, err = mk()
	func() { b = T(4) }()
	return a.M(1) + b.M(2)
}

func addresses() int {
	var a I = T(1)
	var b = a
	a = b
	p := &b
	_ = p
	return a.M(1) + b.M(2)
}

func several(n int) int {
	var a, b I
	a = T(1)
	b = a
	if a == nil {
		b = nil
	}
	var c I = T(2)
	if n > 2 {
		c = &S{3}
	}
	return b.M(2) + c.M(3)
}

func captured() int {
	var a I = &S{1}
	return func() int { return a.M(1) + func() int { return a.M(2) }() }()
}

// The call cannot work: any(0) has no method A.
func impossible() { any(0).(interface{ A() }).A() }

func boxed[X I](x X) int { var i I = x; return i.M(3) }
func inlined(i I) int    { return i.M(1) }
func callers() int       { return inlined(T(1)) + inlined(&S{1}) + inlined(nil) }
