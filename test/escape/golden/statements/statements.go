// Package statements: assignments of all kinds.
package statements

type T struct {
	p *int
	m map[string]*int
	a [3]*int
	n *T
}

var g T

func assigns(t *T, p, q *int) {
	t.p = p
	t.m["a"] = q
	t.a[1] = p
	*t.n = *t
	t.p, t.n.p = t.n.p, t.p
	v, ok := t.m["x"]
	_, _ = v, ok
	g.a[0] = p
}

func commas(m map[string]*T, c chan *T, i interface{}) *T {
	if t, ok := m["a"]; ok {
		return t
	}
	if t, ok := <-c; ok {
		return t
	}
	if t, ok := i.(*T); ok {
		return t
	}
	return nil
}

func switches(i interface{}, x int) *int {
	switch y := x + 1; {
	case y > 2:
		return &y
	case x == 1:
		fallthrough
	default:
		z := y
		return &z
	}
}

func typeSwitch(i interface{}) *int {
	switch v := i.(type) {
	case int:
		return &v
	case *int:
		return v
	default:
		w := v
		_ = w
	}
	return nil
}

func selects(a, b chan *int, x int) (p *int) {
	select {
	case p = <-a:
	case q, ok := <-b:
		if ok {
			p = q
		}
	case a <- &x:
	}
	return
}

func blocks(x int) (p *int) {
	{
		y := x
		p = &y
	}
	if z := x; z > 0 {
		p = &z
	}
	var (
		a int
		b = &a
	)
	p = b
	const c = 1
	var d, e *int = p, nil
	_, _ = d, e
	x++
	x += 2
	return
}

func swap(s []*int) { s[0], s[1] = s[1], s[0] }

func nested(f func(*int) *int, x int) *int { return f(f(f(&x))) }
