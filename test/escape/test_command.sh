#!/bin/bash
# test_command.sh: flags, errors and exit statuses of gomm escape; comparing with the compiler.
. "$(dirname "$0")/common.sh"

cd "$GOMM_ROOT/test/escape/golden" || exit 2

expect "a package" 0 "$GOMM" escape ./basic
expect "-m" 0 "$GOMM" escape -m ./basic
contains "the package's line" "$lib_tmp/out" '^# example.org/golden/basic$'
contains "-m moved" "$lib_tmp/out" '^basic/basic.go:[0-9]*:[0-9]*: moved to heap: x$'
contains "-m inlining" "$lib_tmp/out" ': can inline moved$'
expect "-l" 0 "$GOMM" escape -m -l ./basic
lacks "-l does not inline" "$lib_tmp/out" 'inline'
expect "several packages" 0 "$GOMM" escape -m ./basic ./loops
contains "the second's line" "$lib_tmp/out" '^# example.org/golden/loops$'
expect "no dependencies" 0 "$GOMM" escape -m ./user
lacks "only what was asked for" "$lib_tmp/out" '^# example.org/golden/generics$'
expect "-deps" 0 "$GOMM" escape -m -deps ./user
contains "-deps prints what it imports" "$lib_tmp/out" '^# example.org/golden/generics$'
expect "-C" 0 "$GOMM" escape -m -C basic
contains "-C names are relative to it" "$lib_tmp/out" '^\./basic.go:'
expect "a file" 0 "$GOMM" escape -m basic/basic.go
contains "a file's package" "$lib_tmp/out" '^# command-line-arguments$'
expect "-go" 0 "$GOMM" escape -m -go 1.19 ./basic
expect "-j" 0 "$GOMM" escape -m -j 1 ./basic
expect "-time" 0 "$GOMM" escape -time ./basic
contains "-time tells phases" "$lib_tmp/err" '^escape .* lines .* peak memory'

expect "no such package" 2 "$GOMM" escape ./nowhere
expect "unknown flag" 2 "$GOMM" escape -nonsense
expect "bad -j" 2 "$GOMM" escape -j x ./basic
expect "bad -go" 2 "$GOMM" escape -go new ./basic
contains "bad -go says what it wants" "$lib_tmp/err" 'want a version'
expect "-m with -compare" 2 "$GOMM" escape -m -compare ./basic
expect "no such file to compare with" 2 "$GOMM" escape -against "$lib_tmp/nothing" ./basic

# -- tests of packages --------------------------------------------------------------------------

mkdir -p "$lib_tmp/m/p" && cd "$lib_tmp/m" || exit 2
cat >go.mod <<'GO'
module example.org/m

go 1.19
GO
cat >p/p.go <<'GO'
package p

func F(x int) *int { return &x }
GO
cat >p/p_test.go <<'GO'
package p

import "testing"

func TestF(t *testing.T) {
	y := 1
	p := &y
	if *F(*p) != 1 {
		t.Fatal(y)
	}
}
GO
cat >p/x_test.go <<'GO'
package p_test

import "example.org/m/p"

var sink = p.F(3)
GO
expect "-test" 0 "$GOMM" escape -m -test ./...
contains "-test has the package with its tests" "$lib_tmp/out" '^# example.org/m/p \[example.org/m/p.test\]$'
contains "-test has external tests" "$lib_tmp/out" '^# example.org/m/p_test \[example.org/m/p.test\]$'
lacks "and not the package alone" "$lib_tmp/out" '^# example.org/m/p$'

# -- code that does not compile -----------------------------------------------------------------

mkdir q && cat >q/q.go <<'GO'
package q

func good(x int) *int { return &x }

func bad(x int) *int { return undefined(&x) }

func after(y int) *int { return &y }
GO
expect "a package with errors" 1 "$GOMM" escape -m ./q
contains "its errors" "$lib_tmp/err" '^q/q.go:5:31: undefined: undefined$'
contains "functions before it" "$lib_tmp/out" '^q/q.go:3:11: moved to heap: x$'
contains "functions after it" "$lib_tmp/out" '^q/q.go:7:12: moved to heap: y$'
lacks "not the wrong one" "$lib_tmp/out" '^q/q.go:5:'
# What is wrong is a declaration elsewhere, so the checker says nothing of the call whose type arguments it cannot find.
mkdir v && cat >v/v.go <<'GO'
package v

func good(x int) *int { return &x }

func Open() { open[int]() }

func open[X any]() { call(T[X].M, T[X].N) }

func call[X any](fns ...func(T[X]) int) {}

type T[X any] struct {
	E1
	*E2[*X]
}
type E1 struct{}
type E2[_ any] struct{}

func (E1) M() int          { return 1 }
func (*E2[_]) N() (r *T[P]) { return nil }
GO
expect "a call of a generic function with what is wrong" 1 "$GOMM" escape -m ./v
contains "what is right beside it" "$lib_tmp/out" '^v/v.go:3:11: moved to heap: x$'
# An error at the very end of a function: its closing brace stands where an argument is wanted.
mkdir w && cat >w/w.go <<'GO'
package w

func bad() {
	g(
}

func g[X any](f ...func(T[X]) int) {
}

type T[X any] struct {
	E0
}
GO
expect "a syntax error at a closing brace" 1 "$GOMM" escape -m ./w
contains "is told" "$lib_tmp/err" '^w/w.go:5:1: syntax error: unexpected }, expected expression$'
rm -r w
mkdir u && cat >u/u.go <<'GO'
package u

import "example.org/m/q"

var _ = q.Missing

func fine(x int) *int { return &x }
GO
expect "an importer of a package with errors" 1 "$GOMM" escape -m ./u
contains "gets decisions too" "$lib_tmp/out" '^u/u.go:7:11: moved to heap: x$'
rm -r q u

# Instantiation cycles: types and functions without end.
endless() { # NAME DECLARATIONS
    mkdir -p endless && printf 'package endless\n\n%s\n\nfunc fine(x int) *int { return &x }\n' "$2" >endless/endless.go
    for flag in "" -l; do
        expect "instantiation cycle: $1 $flag" 1 timeout 60 "$GOMM" escape -m $flag ./endless
        contains "instantiation cycle: $1 $flag, the others" "$lib_tmp/out" '^endless/endless.go:[0-9]+:11: moved to heap: x$'
    done
    rm -r endless
}
endless "a type" 'type T[P any] struct{ f *T[[]P] }

var x T[int]'
endless "two ways on" 'type Pair[A, B any] struct { a A; b B }
type T[P any] struct { f *T[Pair[P, P]]; g *T[[]P] }

func (t *T[P]) M() *P { return new(P) }

func use(x T[int]) { x.M() }'
endless "after another error" 'type V[P comparable] struct{ n *N[V[P]] }
type N[P comparable] struct{ i *I[P] }
type I[P nowhere] struct{ n *N[V[P]] }

var x V[int]'
endless "a function" 'func F[P any](n int) { F[[]P](n - 1) }

func use() { F[int](3) }'
endless "a dictionary" 'type Box[A any] struct{ value A }

func Nest[A any](b Box[A], n int) any { return Nest(Box[Box[A]]{b}, n-1) }

func use() { Nest(Box[int]{0}, 10) }'
endless "a method" 'type T[P any] struct{}

func (T[P]) M() T[[]P] { return T[[]P]{} }

func use() any { return T[int]{}.M() }'

mkdir open && cat >open/open.go <<'GO'
package open

func f1(func(int))

func _() { f1(g1) }

func g1[P any](P, P)       a

func fine(x int) *int { return &x }
GO
for go in 1.19 1.21 1.26; do
    expect "a generic function without type arguments, Go $go" 1 "$GOMM" escape -m -go $go ./open
done
rm -r open

mkdir lost && cat >lost/lost.go <<'GO'
package lost

func fine(x int) *int { return &x }

func h() {
	for range yieldInts {
		}()
	}
func yieldInts(yield func(int) bool) {
	if !yield(0) {
	}
	for range yieldIntsPanic {
		defer func() {
		}()
	}
}
func yieldIntsPanic(yield fulc(int) bool) {
GO
expect "a variable whose declaration a syntax error swallowed" 1 "$GOMM" escape -m ./lost
rm -r lost

mkdir hushed && cat >hushed/hushed.go <<'GO'
package hushed

func fine(x int) *int { return &x }

func none() []nothing { return nil }

func wrong() {
	none()[:]
}
GO
expect "an error that is not told of, as it follows from another" 1 "$GOMM" escape -m ./hushed
contains "the rest is analysed" "$lib_tmp/out" 'moved to heap: x'
rm -r hushed

mkdir self && tr @ '\305' >self/self.go <<'GO' # no UTF-8: a brace is missing, and more
package self

type inner struct @
func (inner) value() {}
func (*inner) pointer() {}

type outer struct {
	*inner
}

var (
	p *outer
	_ func() = p.value
)
GO
for go in 1.19 1.26; do
    expect "a type that contains itself, Go $go" 1 "$GOMM" escape -m -go $go ./self
done
rm -r self

# -- comparing ----------------------------------------------------------------------------------

expect "-compare" 0 "$GOMM" escape -compare ./...
contains "-compare ends with the rate" "$lib_tmp/out" '^agreement: 100.00 % \([1-9][0-9]* of [1-9][0-9]*\)$'
expect "-compare -l" 0 "$GOMM" escape -compare -l ./...
lacks "-l compares no inlining" "$lib_tmp/out" '^inlining: '
expect "-compare -test" 0 "$GOMM" escape -compare -test ./...
contains "-compare -test has more" "$lib_tmp/out" '^agreement: 100.00 % \([1-9][0-9]* of [1-9][0-9]*\)$'
expect "-compare -v" 0 "$GOMM" escape -compare -v ./...
contains "-v tells each package's rate" "$lib_tmp/out" '^example.org/m/p: 100.00 % '
mkdir gone && printf 'package gone\n\nimport _ "example.org/nowhere/p"\n\nfunc F() *int { return new(int) }\n' >gone/gone.go
expect "-compare where go build compiles nothing" 2 "$GOMM" escape -compare ./p ./gone
lacks "it gives no rate" "$lib_tmp/out" '^agreement'
rm -r gone
# What is inlined into the values of package variables, of generic functions: in another order than the compiler's.
mkdir values && cat >values/values.go <<'GO'
package values

func assert[_ any]() { panic(0) }

func Assert[To any]() func() { return assert[To] }

type asserter[_ any] struct{}

func (asserter[_]) assert() { panic(0) }

func AssertMV[To any]() func() { return asserter[To]{}.assert }

func AssertME[To any]() func(asserter[To]) { return asserter[To].assert }

var me = AssertME[string]()

var tests = []func(){
	Assert[int](),
	AssertMV[int](),
	func() { me(asserter[string]{}) },
}

func U() func() { return AssertMV[int]() }

var sink func()

func W() { sink = Assert[int]() }

type pair[A, B any] struct {
	a A
	b B
}

func (p *pair[A, B]) both() (A, B) { return p.a, p.b }

func (p pair[A, B]) first() A { return p.a }

func bind[A, B any](a A, b B) func() (A, B) { p := &pair[A, B]{a, b}; return p.both }

func firsts[A any](a ...A) func() A { return pair[A, int]{a: a[0]}.first }

var both = bind(1, "x")

var of = firsts("a", "b")

var keep = struct{ f, g func() int }{firsts(5), firsts(6)}

var table = map[string]func() int{"a": firsts(7), "b": firsts(8)}
GO
for flag in "" -l; do
    expect "inlined generic functions in values of package variables $flag" 0 "$GOMM" escape -compare $flag ./values
    if [ -n "$GOMM_GO119" ]; then
        PATH=$(dirname "$GOMM_GO119"):$PATH expect "the same with Go 1.19 $flag" 0 "$GOMM" escape -compare $flag ./values
    fi
done
rm -r values
cat >said <<'GO'
# example.org/m/p
p/p.go:3:6: can inline F
p/p.go:3:8: x does not escape
p/p.go:3:20: moved to heap: y
GO
expect "-against" 1 "$GOMM" escape -against said ./...
contains "a verdict that differs" "$lib_tmp/out" '^p/p.go:3:8: \[verdict: moved to heap instead of does not escape\]'
contains "what go says" "$lib_tmp/out" '^	go:   x does not escape$'
contains "what gomm says" "$lib_tmp/out" '^	gomm: moved to heap: x$'
contains "what is missing" "$lib_tmp/out" '^p/p.go:3:20: \[missing: moved to heap\]'
contains "the classes" "$lib_tmp/out" '^ *1  missing: moved to heap$'
contains "the rate" "$lib_tmp/out" '^agreement: 0.00 % \(0 of 3\)$'
contains "inlining is counted apart" "$lib_tmp/out" '^inlining: 100.00 % \(1 of 1\)$'
finish
