// Package rules has what could stay on the stack and what could not, by rule.  A comment says what is expected of the sites
// of its line, in the words of gomm escape -precise -all, shortened: "want STAYS", "want MUST returned".
package rules

import (
	"runtime"
	"sort"
	"sync/atomic"
	"unsafe"
)

type T struct {
	a, b *int
	next *T
	n    int
}

var global *int
var globalAny any
var globalFunc func()

// ---- stores through pointers, fields ----

func store(dst **int, v *int) { *dst = v }

func StoreInLocal() int {
	x := 1 // want STAYS
	var p *int
	store(&p, &x)
	return *p
}

func StoreInGlobal() {
	x := 1 // want MUST stored in something that comes from the heap
	p := &global
	store(p, &x)
}

func OneField() int {
	x := 1 // want MUST stored in a package variable
	y := 2 // want STAYS
	t := &T{a: &x, b: &y}
	global = t.a
	return *t.b
}

func OtherFieldReturned() *int {
	x := 1 // want STAYS
	y := 2 // want MUST returned
	t := &T{a: &x, b: &y}
	return t.b
}

func CopyOfStruct() *int {
	x := 1 // want MUST returned
	y := 2 // want STAYS
	t := T{a: &x, b: &y}
	p := &T{}
	*p = t
	return p.a
}

//go:noinline
func link(l, m *T) { l.next = m }

func HeldByReturned() *T {
	x := 1         // want MUST returned
	t := &T{a: &x} // want MUST returned
	u := &T{}      // want MUST returned
	link(t, u)
	return t
}

//go:noinline
func second(a, b *int) *int { return b }

func Second() *int {
	x, y := new(int), new(int) // want MUST returned
	return second(x, y)
}

// ---- callees: fields of parameters, parameters that are one ----

//go:noinline
func swap(t *T) { t.a, t.b = t.b, t.a }

func Swapped() *int {
	x := 1 // want MUST returned
	y := 2 // want MUST returned
	t := T{a: &x, b: &y}
	swap(&t)
	return t.a
}

//go:noinline
func alias(p, q *T, v *int) *int {
	p.a = v
	return q.a
}

func Aliased() *int {
	x := 1 // want MUST returned
	var t T
	return alias(&t, &t, &x)
}

func NotAliased() *int {
	x := 1 // want STAYS
	var t, u T
	return alias(&t, &u, &x)
}

// ---- recursion: an object of one activation in an object of another ----

func recurse(t *T, n int) int {
	if n == 0 {
		return *t.a
	}
	x := n    // want MUST stored in what a parameter
	u := &T{} // want MUST stored in what a parameter
	t.a = &x
	t.next = u
	return recurse(u, n-1)
}

//go:noinline
func deeper(t *T, p *int, n int) int {
	if n == 0 {
		return *p
	}
	x := n // want STAYS
	var u T
	u.a = p
	var q *int
	store2(&q, &x)
	return deeper(&u, q, n-1)
}

//go:noinline
func store2(dst **int, v *int) { *dst = v }

func Recurse() int { var t T; x := 0; t.a = &x; return recurse(&t, 9) + deeper(&t, &x, 3) }

// ---- loops ----

func Loop() int {
	var p *int
	s := 0
	for i := 0; i < 9; i++ {
		x := i // want MUST outlives the iteration
		y := i // want STAYS
		var q *int
		store2(&q, &y)
		store2(&p, &x)
		s += *q
	}
	return *p + s
}

func Jump() int {
	var p *int
	i := 0
again:
	x := i // want MUST outlives the iteration
	store2(&p, &x)
	if i++; i < 9 {
		goto again
	}
	return *p
}

// ---- closures ----

//go:noinline
func apply(f func(*int), p *int) { f(p) }

func Captured() int {
	x, y := 3, 4 // want STAYS
	p := &x
	apply(func(q *int) { p = q }, &y)
	return *p
}

func CapturedAndKept() {
	x := 1                      // want MUST stored in a package variable
	globalFunc = func() { x++ } // want MUST stored in a package variable
}

func ClosureStores() {
	x := 1 // want MUST stored in a package variable
	apply(func(q *int) { global = q }, &x)
}

func ClosureActivations() int {
	var p *int
	f := func(i int) { x := i; store2(&p, &x) } // want MUST stored in what a parameter
	f(1)
	f(2)
	return *p
}

func Reassigned(b bool) int {
	x := 1 // want STAYS
	f := func(p *int) int { return *p }
	if b {
		f = func(p *int) int { return *p + 1 }
	}
	return f(&x)
}

func FromHeap(fs []func(*int)) {
	x := 1 // want UNKNOWN passed to a function value
	fs[0](&x)
}

type M struct{ p *int }

func (m *M) set(p *int) { m.p = p }

func MethodValue() int {
	x := 1 // want STAYS
	m := &M{}
	apply(m.set, &x)
	return *m.p
}

// ---- defer, panic, results ----

func Defer() (r *int) {
	x := 1 // want MUST returned
	defer func() { r = &x }()
	return nil
}

func DeferStays() {
	x := 1 // want STAYS
	var p *int
	defer func() { _ = *p }()
	store2(&p, &x)
}

func DeferLoop() {
	for i := 0; i < 3; i++ {
		x := i                 // want MUST deferred in a loop
		defer func() { x++ }() // want MUST deferred in a loop
	}
}

func Panic() {
	x := 1 // want MUST value of a panic
	panic(&x)
}

// ---- goroutines, channels, maps, append, sizes ----

func Go() {
	x := 1              // want MUST used by another goroutine
	go func() { x++ }() // want MUST used by another goroutine
}

func Send(c chan *int) {
	x := 1 // want MUST sent to a channel
	select {
	case c <- &x:
	default:
	}
}

func Map() int {
	x := 1 // want MUST key or element of a map
	m := map[int]*int{}
	m[1] = &x
	return *m[1]
}

func Append() int {
	x := 1 // want MUST element of a slice that append
	var s []*int
	s = append(s, &x)
	return *s[0]
}

func Copy() int {
	x := 1 // want STAYS
	var a, b [1]*int
	s, t := a[:], b[:]
	s[0] = &x
	copy(t, s)
	return *b[0]
}

func Make(n int) int {
	x := 1 // want MUST element of an array whose size
	s := make([]*int, n)
	s[0] = &x
	return *s[0]
}

func MakeFixed() int {
	x := 1 // want STAYS
	s := make([]*int, 4)
	s[0] = &x
	return *s[0]
}

func Large() {
	x := new([1 << 20]int) // want MUST too large
	x[1] = 2
}

// ---- interfaces ----

type I interface{ keep(p *int) }
type A struct{ q *int }
type B struct{ n int }

func (a *A) keep(p *int) { a.q = p }
func (b B) keep(p *int)  { b.n = *p }

//go:noinline
func keep(i I, p *int) { i.keep(p) }

func Interface() int {
	x := 3    // want STAYS
	a := &A{} // want STAYS
	keep(a, &x)
	return *a.q
}

func InterfaceReturned() *int {
	x := 3    // want MUST returned
	a := &A{} // want STAYS
	keep(a, &x)
	return a.q
}

type E struct{ *A }

func Promoted() *int {
	x := 3       // want MUST returned
	e := E{&A{}} // want STAYS
	keep(e, &x)
	return e.q
}

// All that implements it is in the program.
func Closed(i I) {
	x := 1 // want MUST stored in what a parameter
	keep(i, &x)
}

func Many(w interface{ String() string }, f func(any)) {
	x := 1 // want UNKNOWN passed to a function value
	f(&x)
	_ = w.String()
}

func Assert(v any) {
	x := 3 // want MUST stored in a package variable
	v = &x
	globalAny = v.(*int)
}

// ---- unsafe, the runtime ----

func Unsafe() uintptr {
	x := 1 // want STAYS
	y := 2 // want STAYS
	t := T{a: &x, b: &y}
	p := *(**int)(unsafe.Pointer(&t))
	var q *int
	store2(&q, p)
	return uintptr(unsafe.Pointer(q))
}

func UnsafeFields() *int {
	x := 1 // want MUST returned
	y := 2 // want MUST returned
	t := T{a: &x, b: &y}
	return *(**int)(unsafe.Add(unsafe.Pointer(&t), 8))
}

func Finalizer() {
	t := &T{} // want UNKNOWN passed to the runtime
	runtime.SetFinalizer(t, nil)
}

var ap atomic.Pointer[int]

func Atomic() {
	x := 1 // want UNKNOWN passed to a function without a Go body
	ap.Store(&x)
}

func Sort(v []int) int {
	n := 0
	sort.Slice(v, func(i, j int) bool { n++; return v[i] < v[j] }) // want MUST returned
	return n
}

// ---- loops over functions ----

func seq(yield func(*int) bool) {
	x := 1 // want UNKNOWN passed to a function value
	yield(&x)
}

//go:noinline
func each(f func(yield func(*int) bool)) { f(func(*int) bool { return true }) }

func Range() *int {
	var last *int
	for p := range seq {
		last = p
	}
	each(seq)
	return last
}
