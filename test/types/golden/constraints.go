// errorcheck

// What satisfies a constraint; generic types, aliases and their receivers.

package p

type C interface {
	~int | ~string
	String() string
}
type S interface{ String() string }
type L[T C] struct{}
type M[K comparable, V any] map[K]V
type A int
type B int
type D struct{}
type PT[T any] interface {
	*T
	S
}

func (B) String() string  { return "" }
func (*D) String() string { return "" }

var _ L[int] // ERROR "int does not satisfy C \(missing method String\)"
var _ L[A] // ERROR "A does not satisfy C \(missing method String\)"
var _ L[B]
var _ L[*B] // ERROR "\*B does not satisfy C \(\*B missing in ~int \| ~string\)"
var _ L[D] // ERROR "D does not satisfy C \(method String has pointer receiver\)"
var _ L[S] // ERROR "S does not satisfy C"
var _ L[C] // ERROR "cannot use type C outside a type constraint: interface contains type constraints"
var _ L // ERROR "cannot use generic type L\[T C\] without instantiation"
var _ L[int, int] // ERROR "too many type arguments for type L: have 2, want 1"
var _ M[int] // ERROR "not enough type arguments for type M: have 1, want 2"
var _ M[[]int, int] // ERROR "\[\]int does not satisfy comparable"
var _ M[any, int]
var _ M[func(), int] // ERROR "func\(\) does not satisfy comparable"
var _ M[S, S]
var _ M[struct{ f []int }, int] // ERROR "struct\{f \[\]int\} does not satisfy comparable"
var _ int[int] // ERROR "invalid operation: int\[int\] \(int is not a generic type\)"
var _ A[int] // ERROR "invalid operation: A\[int\] \(A is not a generic type\)"

type Q[T PT[D]] struct{}

var _ Q[*D]
var _ Q[D] // ERROR "D does not satisfy PT\[D\] \(method String has pointer receiver\)"

func g[T any, P PT[T]](p P) T { return *p }

func _[T int | string](t T) {
	var x int = t // ERROR "cannot use t \(variable of type T constrained by int \| string\) as int value in variable declaration"
	_ = x
	_ = int(t) // ERROR "cannot convert t \(variable of type T constrained by int \| string\) to type int: cannot convert string \(in T\) to type int"
	_ = t + 1 // ERROR "invalid operation: t \+ 1 \(mismatched types T and untyped int\)"
	_ = t + t
	t.foo() // ERROR "t\.foo undefined \(type T has no field or method foo\)"
	g(t) // ERROR "in call to g, P \(type T\) does not satisfy PT\[T\]"
	g(&t) // ERROR "in call to g, P \(type \*T\) does not satisfy PT\[T\] \(type \*T is pointer to type parameter, not type parameter\)"
	_ = L[T]{} // ERROR "T does not satisfy C \(missing method String\)"
	_ = M[T, T]{}
}

func _[T any](t T) {
	_ = t == t // ERROR "invalid operation: t == t \(incomparable types in type set\)"
	_ = M[T, int]{} // ERROR "T does not satisfy comparable"
	var s S = t // ERROR "cannot use t \(variable of type T constrained by any\) as S value in variable declaration"
	_ = s
	_ = t.(int) // ERROR "invalid operation: cannot use type assertion on type parameter value t \(variable of type T constrained by any\)"
	_ = any(t).(int)
	switch t.(type) { // ERROR "cannot use type switch on type parameter value t \(variable of type T constrained by any\)"
	}
}

func _[T S](t T) {
	var s S = t
	s.String()
	_ = *t // ERROR "invalid operation: cannot indirect t \(variable of type T constrained by S\)"
	t = s // ERROR "cannot use s \(variable of interface type S\) as T value in assignment: need type assertion"
	t = nil // ERROR "cannot use nil as T value in assignment"
	_ = T(s) // ERROR "cannot convert s \(variable of interface type S\) to type T: need type assertion"
	_ = S(t)
}

func (l L[T]) m()    {}
func (l L[int]) n()  {}
func (l *L) o()      {} // ERROR "cannot use generic type L\[T C\] without instantiation"
func (l L[T, U]) p() {} // ERROR "receiver declares 2 type parameters, but receiver base type declares 1"

type N[T any] struct{ T } // ERROR "embedded field type cannot be a \(pointer to a\) type parameter"
type O[T any] T // ERROR "cannot use a type parameter as RHS in type declaration"
type R[T any] interface{ T } // ERROR "term cannot be a type parameter"
type U[T any] = []T

var _ U[int] = []string{} // ERROR "cannot use \[\]string\{\} \(value of type \[\]string\) as U\[int\] value in variable declaration"
var _ U // ERROR "cannot use generic type U\[T any\] without instantiation"
var _ U[int, int] // ERROR "too many type arguments for type U: have 2, want 1"

type V[T C] = L[T]

var _ V[float64] // ERROR "float64 does not satisfy C \(missing method String\)"

func dup[T, T any]()                {} // ERROR "T redeclared in this block"
func bad[T undefinedC, U T, V *T | int]() {} // ERROR "undefined: undefinedC" "cannot use a type parameter as constraint"

func rec[T interface{ m(T) }](T) {}

type rr struct{}

func (rr) m(rr) {}

func _() {
	rec(rr{})
	rec(1) // ERROR "int does not satisfy interface\{m\(int\)\} \(missing method m\)"
	rec[*rr](nil) // ERROR "\*rr does not satisfy interface\{m\(\*rr\)\} \(wrong type for method m\)"
	var f = rec // ERROR "declared and not used: f" "cannot use generic function rec without instantiation"
	var _ func(rr) = rec
	var _ func(int) = rec // ERROR "T \(type int\) does not satisfy interface\{m\(T\)\} \(missing method m\)"
}

type Int interface{ ~int8 | int16 }

func ints[T Int](T) {}

type I8 int8
type I16 int16

func _() {
	ints(I8(1))
	ints(I16(1)) // ERROR "I16 does not satisfy Int \(possibly missing ~ for int16 in Int\)"
	ints[interface{ int16 }](1) // ERROR "cannot use type interface\{int16\} outside a type constraint: interface contains type constraints" "cannot use 1 \(constant of type int\) as interface\{int16\} value in argument to ints\[interface\{int16\}\]: int does not implement interface\{int16\} \(int missing in int16\)"
	ints(1) // ERROR "int does not satisfy Int \(int missing in ~int8 \| int16\)"
	ints[any](1) // ERROR "any does not satisfy Int"
}

type Empty interface {
	int
	string
}

func none[T Empty](T) {}

var _ = none[int] // ERROR "cannot satisfy Empty \(empty type set\)"
var x Empty // ERROR "cannot use type Empty outside a type constraint: interface contains type constraints"
