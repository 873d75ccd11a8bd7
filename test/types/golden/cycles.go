// errorcheck

// Generic types and functions that need themselves: fine, or without end.

package p

type List[T any] struct {
	next *List[T]
	val  T
}

func (l *List[T]) Push(v T) *List[T] { return &List[T]{l, v} }

type Tree[T interface{ Less(T) bool }] struct {
	left, right *Tree[T]
	val         T
}
type Node[K comparable, E interface{ Key() K }] struct {
	edges map[K][]*Node[K, E]
	up    Graph[K, E]
}
type Graph[K comparable, E interface{ Key() K }] interface {
	Nodes() []*Node[K, E]
}
type Elem struct{}

func (Elem) Key() string     { return "" }
func (Elem) Less(Elem) bool  { return false }

var _ Tree[Elem]
var _ Tree[int] // ERROR "int does not satisfy interface\{Less\(int\) bool\} \(missing method Less\)"
var _ = Node[string, Elem]{}.up.Nodes()[0].edges["a"][0].up
var _ = (&List[List[int]]{}).Push(List[int]{}).next.val.next.val + 1

type In[T any] struct{ in In[T] } // ERROR "invalid recursive type: In refers to itself"
type Rec[T any] struct{ t T }
type Fine struct{ r *Rec[Fine] }
type Bad struct{ r Rec[Bad] } // ERROR "invalid recursive type Bad"
type Grow[T any] Grow[[]T] // ERROR "invalid recursive type: Grow refers to itself"

var _ Grow[int]

func f[T any]() { f[*T]() }
func g1[A, B any](a A, b B) { g2[B, A](b, a) }
func g2[A, B any](a A, b B) { g1[[]A, B](nil, b) }
func h[T any]() {
	type loc struct{ t T }
	h[loc]()
}

type Al[P any] = []Al[P] // ERROR "invalid recursive type: Al refers to itself"
type Al2[P any] = *Al2[[]P] // ERROR "invalid recursive type: Al2 refers to itself"
type I1[T I1[T]] interface{ m(T) T }
type I2[T any] interface{ I2[T] } // ERROR "invalid recursive type: I2 refers to itself"

type Up[P any] struct{ p P }

func (t Up[P]) m() Up[[]P]   { return Up[[]P]{} }
func (t *Up[P]) n() *Up[*P]  { return nil }
func _(x Up[int]) {
	_ = x.m().m().m().p[0][0][0] + 1
	x.m().m().q() // ERROR "x\.m\(\)\.m\(\)\.q undefined \(type Up\[\[\]\[\]int\] has no field or method q\)"
	_ = *(**x.n().n()).p + 1 // ERROR "invalid operation: cannot indirect \*x\.n\(\)\.n\(\) \(variable of struct type Up\[\*\*int\]\)"
}
