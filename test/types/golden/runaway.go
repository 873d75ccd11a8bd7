// errorcheck

// Types that need ever larger instances of themselves to find a field. Go's own checker does not come to an end.

package p

type One[P any] struct{ *One[[]P] }

type Two[P any] struct {
	*Two[[]P]
	*Three[map[int]P]
}
type Three[P any] struct {
	*Two[chan P]
	*Three[*P]
}

func _(x One[int]) { // ERROR "instantiation cycle"
	x.foo() // ERROR "x\.foo undefined \(type One\[int\] has no field or method foo\)"
}

func _(y Two[int]) {
	y.foo() // ERROR "y\.foo undefined \(type Two\[int\] has no field or method foo\)"
}
