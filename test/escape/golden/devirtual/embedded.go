//go:build go1.20

package devirtual

// Promoted methods, and methods of interfaces as functions: Go 1.19 makes their wrappers late, which gomm does not follow.

type E struct{ I }
type P struct{ *S }

func embedded(i I) int {
	var a I = E{i}
	var b I = P{&S{1}}
	var c I = &P{&S{1}}
	go b.M(4)
	defer c.M(2)
	var d I
	d.M(1)
	d = T(3)
	x := func() I { return T(5) }
	return a.M(1) + b.M(2) + c.M(3) + x().M(2)
}

func generic[X I](x X) int { return x.M(2) }
func instances() int       { return generic(T(2)) + generic(I(T(3))) + boxed(T(4)) + boxed(&S{2}) }
