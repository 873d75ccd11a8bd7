// Package inline: which functions are inlined, and what that does to their values.
package inline

import "fmt"

type T struct{ x *int }

func small(x int) int { return x + 1 }
func leaf() *int      { return new(int) }
func middle() *int    { return leaf() }
func top() int        { return *middle() + small(1) }

//go:noinline
func never(x int) int { return x }

func withLoop(v []int) (n int) {
	for i := range v {
		n += v[i]
	}
	return
}

func withFor(n int) int {
	s := 0
	for i := 0; i < n; i++ {
		s += small(i)
	}
	return s
}

func withSwitch(x int) string {
	switch x {
	case 0:
		return "zero"
	case 1:
		return "one"
	}
	return "many"
}

func withClosure(x int) int {
	f := func(y int) int { return x + y }
	return f(1)
}

func withDefer() { defer never(1) }
func withSelect(c chan int) int {
	select {
	case x := <-c:
		return x
	default:
		return 0
	}
}

func withGoto(x int) int {
again:
	if x > 10 {
		x -= 3
		goto again
	}
	return x
}

func withPanic(x int) int {
	if x < 0 {
		panic("negative")
	}
	return x
}

func withRecover() interface{} { return recover() }

func large(a, b, c, d int) int {
	x := fmt.Sprint(a, b) + fmt.Sprint(c, d)
	y := fmt.Sprint(b, a) + fmt.Sprint(d, c)
	z := fmt.Sprint(a, c) + fmt.Sprint(b, d)
	return len(x) + len(y) + len(z)
}

func (t *T) Set(p *int) { t.x = p }
func (t T) Get() *int   { return t.x }
func New(p *int) *T {
	t := &T{}
	t.Set(p)
	return t
}

func calls(p *int) int {
	t := New(p)
	q := t.Get()
	return *q + withPanic(3) + withFor(2) + len(withSwitch(1)) + withClosure(1) + withGoto(20) + withLoop(nil)
}

func results(x int) (a, b int, err error) {
	if x > 0 {
		return x, 1, nil
	}
	a = small(x)
	return
}

func usesResults() int {
	a, b, err := results(2)
	if err != nil {
		return 0
	}
	return a + b
}

type I interface{ F() int }
type impl struct{ n int }

func (i *impl) F() int { return i.n }

func devirtualized() int {
	var i I = &impl{1}
	return i.F()
}

func returnsIface() I     { return &impl{2} }
func devirtualized2() int { return returnsIface().F() }

func constantCondition(debug bool) int {
	const on = false
	if on {
		return large(1, 2, 3, 4)
	}
	return 1
}
