//go:build race

package hb

import (
	"errors"
	"fmt"
)

// Interfaces, functions, closures and loops: where a value hides a variable.

type shape interface{ area() int }

type square struct{ side, pad int }

func (s square) area() int   { return s.side * s.side }
func (s *square) grow()      { s.side++ }
func (s *square) self() *int { return &s.side }

type circle struct{ r int }

func (c *circle) area() int { return 3 * c.r * c.r }

func (rules) TestRaceInterfaceVariable() {
	s := keep(new(shape))
	*s = square{1, 0}
	inTurn(func() { *s = &circle{1} }, func() { use(*s) })
}

func (rules) TestRaceInterfaceCalled() {
	s := keep(new(shape))
	*s = square{1, 0}
	someReports() // both words of the interface
	inTurn(func() { *s = &circle{1} }, func() { use((*s).area()) })
}

func (rules) TestRaceInterfaceTypeSwitch() {
	s := keep(new(any))
	inTurn(func() { *s = 1 }, func() {
		switch (*s).(type) {
		case int:
		case string:
		}
	})
}

func (rules) TestRaceInterfaceAssertion() {
	s := keep(new(any))
	inTurn(func() { *s = "a" }, func() { _, ok := (*s).(string); use(ok) })
}

func (rules) TestRaceInterfaceNilCheck() {
	s := keep(new(error))
	inTurn(func() { *s = errors.New("a") }, func() { use(*s != nil) })
}

// A value in an interface is a copy; a pointer in it is shared.

func (rules) TestNoRaceInterfaceHoldsValue() {
	v := keep(&square{1, 0})
	var s shape = *v
	inTurn(func() { v.side = 2 }, func() { use(s.area()) })
}

func (rules) TestRaceInterfaceHoldsPointer() {
	v := keep(&circle{1})
	var s shape = v
	inTurn(func() { v.r = 2 }, func() { use(s.area()) })
}

func (rules) TestRaceInterfaceConversionReads() {
	v := keep(&square{1, 0})
	inTurn(func() { v.pad = 2 }, func() { var s any = *v; use(s) })
}

func (rules) TestRaceInterfaceAssertionCopies() {
	v := keep(&square{1, 0})
	var s any = square{2, 0}
	inTurn(func() { use(v.side) }, func() { *v = s.(square) })
}

func (rules) TestRaceInterfaceCompared() {
	a, b := keep(new(any)), keep(new(any))
	*a, *b = 1, 1
	inTurn(func() { *b = 2 }, func() { use(*a == *b) })
}

func (rules) TestRaceFmtArgument() {
	v := keep(&square{1, 0})
	someReports() // fmt looks at a field more than once
	inTurn(func() { v.side = 2 }, func() { use(fmt.Sprint(v)) })
}

// Methods: a value receiver is copied when the method value is made.

func (rules) TestRaceMethodValueReceiver() {
	v := keep(&square{1, 0})
	inTurn(func() { v.side = 2 }, func() { use(v.area()) })
}

func (rules) TestRaceMethodValueBound() {
	v := keep(&square{1, 0})
	inTurn(func() { v.pad = 2 }, func() { f := v.area; use(f) })
}

func (rules) TestNoRaceMethodValueBoundBefore() {
	v := keep(&square{1, 0})
	f := v.area
	inTurn(func() { v.side = 2 }, func() { use(f()) })
}

func (rules) TestRaceMethodPointerBoundBefore() {
	v := keep(&square{1, 0})
	f := v.grow
	inTurn(func() { use(v.side) }, func() { f() })
}

func (rules) TestNoRaceMethodAddressOnly() {
	v := keep(&square{1, 0})
	inTurn(func() { v.side = 2 }, func() { use(v.self()) })
}

func (rules) TestRaceMethodExpression() {
	v := keep(&square{1, 0})
	f := (*square).grow
	inTurn(func() { f(v) }, func() { use(v.side) })
}

// Closures: a variable that is assigned after capture is shared, one that is not may be copied.

func (rules) TestRaceClosureVariable() {
	x := 0
	f := func() { x = 1 }
	inTurn(f, func() { use(x) })
}

func (rules) TestRaceClosureTwoClosures() {
	counter := func() (inc func(), get func() int) {
		n := 0
		return func() { n++ }, func() int { return n }
	}
	inc, get := counter()
	inTurn(inc, func() { use(get()) })
}

func (rules) TestNoRaceClosureTwoCounters() {
	counter := func() func() int {
		n := 0
		return func() int { n++; return n }
	}
	a, b := counter(), counter()
	inTurn(func() { use(a()) }, func() { use(b()) })
}

func (rules) TestNoRaceClosureShadowed() {
	x := 0
	inTurn(func() { x := x; x++; use(x) }, func() { x := x; x++; use(x) })
}

// The result variable of a function outlives its return.
func (rules) TestRaceNamedResult() {
	t := new(turn)
	f := func() (err error) {
		go func() {
			t.at(1)
			err = errors.New("late")
			t.to(2)
		}()
		return nil
	}
	use(f())
	t.to(1)
	t.at(2)
}

// The err that everybody shares by mistake.
func (rules) TestRaceSharedErr() {
	f := func() (int, error) { return 1, nil }
	a, err := f()
	use(a)
	inTurn(func() { _, err = f() }, func() { _, err = f() })
	use(&err)
}

// Parameters are variables of the callee.
func (rules) TestNoRaceParameters() {
	f := func(p pair) func() { return func() { p.a++; use(p) } }
	p := pair{1, 2}
	inTurn(f(p), f(p))
}

// Loops. Under go.mod's go 1.19 the loop variable is one variable for all rounds.

func (rules) TestRaceLoopVariable() {
	t := new(turn)
	for i := 0; i < 1; i++ {
		go func() {
			t.at(1)
			use(i)
			t.to(2)
		}()
	}
	t.to(1)
	t.at(2)
}

func (rules) TestRaceLoopVariableOfRange() {
	t := new(turn)
	for _, v := range []int{1, 2} {
		if v == 1 {
			go func() {
				t.at(1)
				use(v)
				t.to(2)
			}()
		}
	}
	t.to(1)
	t.at(2)
}

func (rules) TestNoRaceLoopVariableCopied() {
	t := new(turn)
	for i := 0; i < 1; i++ {
		i := i
		go func() {
			t.at(1)
			use(i)
			t.to(2)
		}()
	}
	t.to(1)
	t.at(2)
}

func (rules) TestNoRaceLoopVariablePassed() {
	t := new(turn)
	for i := 0; i < 1; i++ {
		go func(i int) {
			t.at(1)
			use(i)
			t.to(2)
		}(i)
	}
	t.to(1)
	t.at(2)
}

// The order of evaluation within one goroutine is an order.
func (rules) TestNoRaceSameGoroutine() {
	x := keep(new(int))
	inTurn(func() {
		*x = 1
		func() { *x++ }()
		defer func() { *x++ }()
		f := func() int { *x++; return *x }
		use(f() + f())
	})
}
