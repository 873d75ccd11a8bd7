// Package closures: what function literals capture.
package closures

var sink func() int

func byValue() func() int {
	x := 1
	return func() int { return x }
}

func byReference() func() int {
	x := 1
	return func() int { x++; return x }
}

func called() int {
	x := 1
	func() { x++ }()
	f := func(y int) int { return x + y }
	return f(2) + f(3)
}

func nested() func() func() int {
	x := 0
	return func() func() int {
		y := x
		return func() int { y++; return x + y }
	}
}

func kept() {
	a, b := 1, 2
	sink = func() int { a = b; return a }
	f := func() *int { return &b }
	_ = f
}

func param(p *int) func() *int { return func() *int { return p } }

func recursive(n int) int {
	var f func(int) int
	f = func(n int) int {
		if n < 2 {
			return n
		}
		return f(n-1) + f(n-2)
	}
	return f(n)
}

func each(v []int, f func(int)) {
	for _, x := range v {
		f(x)
	}
}

func sum(v []int) (s int) {
	each(v, func(x int) { s += x })
	return
}

type T struct{ n int }

func (t *T) Inc()    { t.n++ }
func (t T) Get() int { return t.n }

func methods(t *T) (func(), func() int) {
	u := T{}
	f := u.Inc
	f()
	return t.Inc, t.Get
}

func exprs() (func(*T), func(T) int) { return (*T).Inc, T.Get }

var table = []func(*int) *int{
	func(p *int) *int { return p },
	func(p *int) *int { x := *p; return &x },
}

func deferred() (err error) {
	x := new(int)
	defer func() {
		if r := recover(); r != nil {
			*x = 1
			err = nil
		}
	}()
	return nil
}
