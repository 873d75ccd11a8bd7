// errorcheck

// Type arguments from arguments, constraints, untyped constants and targets, and what cannot be inferred.

package p

type Num interface{ ~int | ~float64 }
type My int
type MyS []My
type Str interface{ String() string }
type Pt[T any] interface {
	*T
	Set(string)
}
type X struct{}

func (*X) Set(string) {}

func sum[T Num](x ...T) T                        { panic(0) }
func apply[S ~[]E, E, R any](s S, f func(E) R) []R { return nil }
func conv[To, From any](f From) To               { panic(0) }
func two[T any](a, b T)                          {}
func take[T any](f func(T), x T)                 {}
func id[T any](x T) T                            { return x }
func str(x int) string                           { return "" }
func from[T any, P Pt[T]](s []string) []T        { return nil }
func cmp[T comparable](a, b T) bool              { return a == b }
func keys[M ~map[K]V, K comparable, V any](m M) []K { return nil }
func send[C ~chan E | ~chan<- E, E any](c C, e E) {}
func deep[A interface{ ~[]B }, B interface{ ~[]C }, C any](a A) C { panic(0) }
func self[A interface{ *B }, B interface{ *A }]() {}
func core[A interface{ []A }](a A)                {}
func iface[T any](x interface{ M(T) }, y T)       {}
func ptr[T any](x *T) T                           { return *x }
func opt[T any](f ...func(T))                     {}

type M1 struct{}

func (M1) M(int) {}

func _() {
	_ = sum(1, 2.5)
	_ = sum(1, 2.5, 'a')
	_ = sum("a") // ERROR "string does not satisfy Num \(string missing in ~int \| ~float64\)"
	_ = sum(1, "a") // ERROR "in call to sum, mismatched types untyped int and untyped string \(cannot infer T\)"
	_ = sum[string]("a") // ERROR "string does not satisfy Num \(string missing in ~int \| ~float64\)"
	_ = sum[int, int](1) // ERROR "got 2 type arguments but want 1"
	_ = sum(My(1), 2)
	_ = sum() // ERROR "in call to sum, cannot infer T"
	_ = apply(MyS{}, str) // ERROR "cannot use str \(value of type func\(x int\) string\) as func\(My\) string value in argument to apply"
	_ = apply(MyS{}, func(My) bool { return false })[0] == true
	_ = apply([]int{}, str)[0] + "x"
	_ = apply([]int{}, id)[0] + 1
	_ = apply(1, str) // ERROR "int does not satisfy ~\[\]int \(int missing in ~\[\]int\)"
	_ = apply([]string{}, str) // ERROR "in call to apply, S \(type \[\]string\) does not satisfy ~\[\]E"
	_ = conv[string](1) + "x"
	_ = conv(1) // ERROR "in call to conv, cannot infer To"
	_ = conv[int, string, bool](1) // ERROR "got 3 type arguments but want 2"
	_ = keys(map[string]int{})[0] + "x"
	_ = keys([]int{}) // ERROR "in call to keys, M \(type \[\]int\) does not satisfy ~map\[K\]V"
	_ = deep([][]bool{}) == true
	_ = deep([]bool{}) // ERROR "in call to deep, B \(type bool\) does not satisfy interface\{~\[\]C\}"
	_ = cmp([]int{}, nil) // ERROR "\[\]int does not satisfy comparable"
	_ = cmp[any](1, "a")
	_ = cmp(func() {}, nil) // ERROR "func\(\) does not satisfy comparable"
	_ = from[X](nil)[0] == X{}
	_ = from[int](nil) // ERROR "\*int does not satisfy Pt\[int\] \(missing method Set\)"
	_ = from(nil) // ERROR "in call to from, cannot infer T"
}

func _(i int, c chan int, r <-chan int, m M1) {
	_ = sum(i, My(1)) // ERROR "cannot use i \(variable of type int\) as My value in argument to sum"
	_ = sum(i, 2.5) // ERROR "cannot use 2\.5 \(untyped float constant\) as int value in argument to sum \(truncated\)"
	two(1, "a") // ERROR "in call to two, mismatched types untyped int and untyped string \(cannot infer T\)"
	two(i, "a") // ERROR "cannot use .a. \(untyped string constant\) as int value in argument to two"
	two(i, My(2)) // ERROR "cannot use i \(variable of type int\) as My value in argument to two"
	two(nil, nil) // ERROR "in call to two, cannot infer T"
	two(i, nil) // ERROR "cannot use nil as int value in argument to two"
	two(&i, nil)
	two(c, r)
	two(r, c)
	take(id, 1) // ERROR "in call to take, type func\[T any\]\(x T\) T of id does not match func\(T\) \(cannot infer T and T\)"
	take(func(string) {}, 1) // ERROR "cannot use 1 \(untyped int constant\) as string value in argument to take"
	take(func(float64) {}, 1)
	send(c, 1)
	send(r, 1) // ERROR "<-chan int does not satisfy ~chan int \| ~chan<- int \(<-chan int missing in ~chan int \| ~chan<- int\)"
	self() // ERROR "in call to self, cannot infer A"
	core(nil) // ERROR "in call to core, cannot infer A"
	iface(m, 1)
	iface(m, "a") // ERROR "cannot use .a. \(untyped string constant\) as int value in argument to iface"
	iface(i, 1) // ERROR "in call to iface, type int of i does not match interface\{M\(T\)\} \(cannot infer T\)"
	_ = ptr(&i) + 1
	_ = ptr(i) // ERROR "in call to ptr, type int of i does not match \*T \(cannot infer T\)"
	opt(func(int) {}, func(string) {}) // ERROR "in call to opt, type func\(string\) of func\(string\) \{\} does not match inferred type func\(int\) for func\(T\)"
	opt(func(int) {}, nil)
	opt() // ERROR "in call to opt, cannot infer T"
}

func _() {
	var f func(int) int = id
	var g func(int) string = id // ERROR "inferred type func\(x int\) int for func\(x T\) T does not match type func\(int\) string of g"
	var h func() = id // ERROR "type func\(\) of h does not match func\(x T\) T \(cannot infer T\)"
	f = id[string] // ERROR "cannot use id\[string\] \(value of type func\(x string\) string\) as func\(int\) int value in assignment"
	_ = id // ERROR "cannot use generic function id without instantiation"
	x := id // ERROR "cannot use generic function id without instantiation"
	_, _, _, _ = f, g, h, x
}

func _() func(int) string { return id } // ERROR "inferred type func\(x int\) int for func\(x T\) T does not match type func\(int\) string of result variable"
func _() func(int) int    { return id[int] }
func _() func(...int) int { return sum }
func _() (func(...float64) float64, func(string) string) {
	return sum, id
}

func rec[T any](x T, n int) {
	rec(n, n)
	rec(x, n)
	rec[[1]int]([1]int{}, n)
	rec(id(x), n)
}
