// Package initvalues: what is inlined into the values of package variables.
package initvalues

func Mk(x int) func() int { return func() int { return x } }

func Mk2(x *int) func() *int { return func() *int { return x } }

var f = Mk(3)

var g, h = Mk2(new(int)), func() int { return 3 }

var nested = func() func() int { return Mk(4) }
