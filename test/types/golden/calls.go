// errorcheck

// Calls, conversions and selectors that are wrong in all the usual ways.

package p

import "unsafe"

type T struct {
	Foo int
	bar string
	E
	*P
}
type E struct{ x, Y int }
type P struct{ x, z int }
type I interface {
	M()
	N(int) string
}
type IP *I
type G[X any] struct{ v X }

func (T) Meth()                           {}
func (*T) Ptr(int)                        {}
func (t T) unexp(a, b int) (int, string)  { return 0, "" }
func (G[X]) Get() X                       { panic(0) }
func f(a int, b ...string) (int, error)   { return 0, nil }
func n()                                  {}
func one(int)                             {}

func _[Z I, Y any](z Z, pz *Z, y Y) {
	z.M()
	pz.M() // ERROR "pz\.M undefined \(type \*Z is pointer to type parameter, not type parameter\)"
	z.q() // ERROR "z\.q undefined \(type Z has no field or method q\)"
	y.foo() // ERROR "y\.foo undefined \(type Y has no field or method foo\)"
	z.N("") // ERROR "cannot use .. \(untyped string constant\) as int value in argument to z\.N"
	(*pz).M()
}

func _(t T, pt *T) {
	_ = t.foo // ERROR "t\.foo undefined \(type T has no field or method foo, but does have field Foo\)"
	t.Bar() // ERROR "t\.Bar undefined \(type T has no field or method Bar, but does have field bar\)"
	_ = t.x // ERROR "ambiguous selector t\.x"
	t.Y() // ERROR "invalid operation: cannot call t\.Y \(variable of type int\): int is not a function"
	t.z++
	t.Meth(1) // ERROR "too many arguments in call to t\.Meth"
	t.Ptr() // ERROR "not enough arguments in call to t\.Ptr"
	T{}.Ptr(1) // ERROR "cannot call pointer method Ptr on T"
	T.Meth(t)
	T.Ptr(t) // ERROR "invalid method expression T\.Ptr \(needs pointer receiver \(\*T\)\.Ptr\)"
	(*T).Ptr(pt, 1)
	(*T).Meth(pt)
	_ = T.Foo // ERROR "T\.Foo undefined \(type T has no method Foo\)"
	_ = T.nope // ERROR "T\.nope undefined \(type T has no field or method nope\)"
	T.unexp(t, 1) // ERROR "not enough arguments in call to T\.unexp"
	t.unexp(f(1)) // ERROR "cannot use f\(1\) \(value of interface type error\) as int value in argument to t\.unexp"
	t.unexp(1, f(1)) // ERROR "multiple-value f\(1\) \(value of type \(int, error\)\) in single-value context"
	pt.Meth // ERROR "pt\.Meth \(value of type func\(\)\) is not used"
	pt.foo // ERROR "pt\.foo undefined \(type \*T has no field or method foo, but does have field Foo\)"
	(&pt).Meth() // ERROR "\(&pt\)\.Meth undefined \(type \*\*T has no field or method Meth\)"
	t(1) // ERROR "invalid operation: cannot call t \(variable of struct type T\): T is not a function"
	t.Foo() // ERROR "invalid operation: cannot call t\.Foo \(variable of type int\): int is not a function"
}

func _() {
	one(f(1)) // ERROR "too many arguments in call to one"
	one(n()) // ERROR "n\(\) \(no value\) used as value"
	f(n()) // ERROR "n\(\) \(no value\) used as value"
	f() // ERROR "not enough arguments in call to f"
	f(1, "a", 2) // ERROR "cannot use 2 \(untyped int constant\) as string value in argument to f"
	f(1, []string{}...)
	f([]string{}...) // ERROR "not enough arguments in call to f"
	f("a", []string{}...) // ERROR "cannot use .a. \(untyped string constant\) as int value in argument to f"
	f(f(1)...) // ERROR "cannot use \.\.\. with 2-valued f\(1\)"
	one(1 ...) // ERROR "cannot use \.\.\. in call to non-variadic one"
	n(1, "a", nil) // ERROR "too many arguments in call to n"
	func() {}(1) // ERROR "too many arguments in call to func\(\) \{\}"
	func(int) {}() // ERROR "not enough arguments in call to func\(int\) \{\}"
	func(a int, b string) {}("a", 1) // ERROR "cannot use .a. \(untyped string constant\) as int value in argument to func\(a int, b string\) \{\}" "cannot use 1 \(untyped int constant\) as string value in argument to func\(a int, b string\) \{\}"
}

func _(i I, pi *I, ip IP) {
	pi.M() // ERROR "pi\.M undefined \(type \*I is pointer to interface, not interface\)"
	ip.M() // ERROR "ip\.M undefined \(type IP is pointer to interface, not interface\)"
	i.M(1) // ERROR "too many arguments in call to i\.M"
	i.N() // ERROR "not enough arguments in call to i\.N"
	i.O() // ERROR "i\.O undefined \(type I has no field or method O\)"
}

func _(t T) {
	unsafe.Foo() // ERROR "undefined: unsafe\.Foo"
	_ = unsafe.pointer // ERROR "undefined: unsafe\.pointer \(but have Pointer\)"
	unsafe.Pointer // ERROR "unsafe\.Pointer \(type\) is not an expression"
	unsafe.Sizeof // ERROR "unsafe\.Sizeof \(built-in\) must be called"
	unsafe.sizeof(1) // ERROR "undefined: unsafe\.sizeof \(but have Sizeof\)"
	int() // ERROR "missing argument in conversion to int"
	int(1, 2) // ERROR "too many arguments in conversion to int"
	_ = int("a") // ERROR "cannot convert .a. \(untyped string constant\) to type int"
	_ = int(f(1)) // ERROR "multiple-value f\(1\) \(value of type \(int, error\)\) in single-value context"
	_ = T(1) // ERROR "cannot convert 1 \(untyped int constant\) to type T"
	_ = []int(1 ...) // ERROR "invalid use of \.\.\. in conversion to \[\]int"
	_ = I(t) // ERROR "cannot convert t \(variable of struct type T\) to type I: T does not implement I \(missing method M\)"
	_ = G(1) // ERROR "cannot use generic type G without instantiation"
	_ = G[int](1) // ERROR "cannot convert 1 \(untyped int constant\) to type G\[int\]"
	G.Get(1) // ERROR "cannot use generic type G without instantiation"
	G[int].Get(1) // ERROR "cannot use 1 \(untyped int constant\) as G\[int\] value in argument to G\[int\]\.Get"
	_ = G[int].Get(G[int]{}).foo // ERROR "G\[int\]\.Get\(G\[int\]\{\}\)\.foo undefined \(type int has no field or method foo\)"
}

func _(gi G[string]) {
	_ = gi.Get().x // ERROR "gi\.Get\(\)\.x undefined \(type string has no field or method x\)"
	_ = gi.v.y // ERROR "gi\.v\.y undefined \(type string has no field or method y\)"
	_ = gi.w // ERROR "gi\.w undefined \(type G\[string\] has no field or method w\)"
	_ = n().x // ERROR "n\(\) \(no value\) used as value or type"
	_ = len.x // ERROR "invalid use of len \(built-in\) in selector expression"
	_ = nil.x // ERROR "nil\.x undefined \(type untyped nil has no field or method x\)"
	1(2) // ERROR "invalid operation: cannot call 1 \(untyped int constant\): untyped int is not a function"
	"a"(1) // ERROR "invalid operation: cannot call .a. \(untyped string constant\): untyped string is not a function"
	nil() // ERROR "invalid operation: cannot call nil: untyped nil is not a function"
	undefined(1) // ERROR "undefined: undefined"
	undef2.x(gi.v) // ERROR "undefined: undef2"
	_ = n() // ERROR "n\(\) \(no value\) used as value"
	_ = _.x // ERROR "cannot use _ as value or type"
	x := n
	x.y() // ERROR "x\.y undefined \(type func\(\) has no field or method y\)"
	f.h // ERROR "f\.h undefined \(type func\(a int, b \.\.\.string\) \(int, error\) has no field or method h\)"
}

func _() {
	defer f(1)
	defer len("a") // ERROR "defer discards result of len\(.a.\) \(constant 1 of type int\)"
	defer int(1) // ERROR "defer requires function call, not conversion int\(1\) \(constant 1 of type int\)"
	go n // ERROR "expression in go must be function call"
	go func() {} // ERROR "expression in go must be function call"
}

func _(m map[int]int, c <-chan int) {
	_ = len() // ERROR "invalid operation: not enough arguments for len\(\) \(expected 1, found 0\)"
	_ = len(1, 2) // ERROR "invalid operation: too many arguments for len\(1, 2\) \(expected 1, found 2\)"
	_ = append() // ERROR "invalid operation: not enough arguments for append\(\) \(expected 1, found 0\)"
	_ = append(1) // ERROR "invalid append: argument must be a slice; have 1 \(untyped int constant\)"
	_ = make() // ERROR "invalid operation: not enough arguments for make\(\) \(expected 1, found 0\)"
	_ = new(1, 2) // ERROR "invalid operation: too many arguments for new\(1, 2\) \(expected 1, found 2\)"
	panic() // ERROR "invalid operation: not enough arguments for panic\(\) \(expected 1, found 0\)"
	print(n()) // ERROR "n\(\) \(no value\) used as value"
	copy(1, 2) // ERROR "invalid copy: argument must be a slice; have 1 \(untyped int constant\)"
	delete(c, 1) // ERROR "invalid argument: c \(variable of type <-chan int\) is not a map"
	delete(m, "a") // ERROR "cannot use .a. \(untyped string constant\) as int value in argument to delete"
	_ = cap(1) // ERROR "invalid argument: 1 \(untyped int constant\) for built-in cap"
	_ = complex(1) // ERROR "invalid operation: not enough arguments for complex\(1\) \(expected 2, found 1\)"
	close(1) // ERROR "invalid operation: cannot close non-channel 1 \(untyped int constant\)"
	close(c) // ERROR "invalid operation: cannot close receive-only channel c \(variable of type <-chan int\)"
	recover(1) // ERROR "invalid operation: too many arguments for recover\(1\) \(expected 0, found 1\)"
}
