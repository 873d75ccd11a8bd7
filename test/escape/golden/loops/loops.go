// Package loops: loop depth.
package loops

type T struct{ next *T }

func inLoop() {
	var p *int
	for i := 0; i < 10; i++ {
		x := i
		p = &x
	}
	_ = p
}

func before() {
	x := 1
	for i := 0; i < 10; i++ {
		p := &x
		*p++
	}
}

func list(n int) *T {
	var t *T
	for i := 0; i < n; i++ {
		t = &T{t}
	}
	return t
}

func local(n int) {
	var t *T
	for i := 0; i < n; i++ {
		t = &T{t}
	}
}

func gotoLoop() {
	var p *int
	n := 0
again:
	x := n
	p = &x
	n = *p + 1
	if n < 10 {
		goto again
	}
}

func ranges(m map[string]*int, s []T, c chan *T, str string, a *[3]int) (r *T) {
	for k, v := range m {
		_, _ = k, v
	}
	for i := range s {
		r = &s[i]
	}
	for _, t := range s {
		r = &t
	}
	for t := range c {
		r = t
	}
	for _, c := range str {
		_ = c
	}
	for i := range a {
		_ = i
	}
	return
}

func labels(v [][]int) int {
outer:
	for i := range v {
		for j := range v[i] {
			x := &v[i][j]
			if *x == 0 {
				continue outer
			}
			if *x == 1 {
				break outer
			}
		}
	}
	return 0
}
