// Package user uses what other packages have.
package user

import (
	"example.org/golden/basic2"
	g "example.org/golden/generics"
	"example.org/golden/methods"
)

type local struct{ a, b int }

func instances(x int) {
	var l g.List[local]
	l.Push(local{1, 2})
	l.Each(func(v local) { _ = v })
	p := g.Ptr(local{})
	_ = p
	_ = g.Map([]*local{{1, 2}}, func(l *local) int { return l.a })
	var in g.List[interface{ F() }]
	in.Push(nil)
	_ = g.Box(&x)
	_ = g.MakePair(local{}, 1)
}

func inlined(b *basic2.Box) *int {
	b.Set(new(int))
	basic2.Keep(3)
	t := methods.New("n")
	_ = t.Name()
	return b.Get()
}
