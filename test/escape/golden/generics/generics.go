// Package generics: instances, shapes, dictionaries.
package generics

type Number interface{ ~int | ~float64 }

func Map[T, U any](s []T, f func(T) U) []U {
	r := make([]U, 0, len(s))
	for _, x := range s {
		r = append(r, f(x))
	}
	return r
}

func Sum[T Number](s ...T) (t T) {
	for _, x := range s {
		t += x
	}
	return
}

func Ptr[T any](x T) *T { return &x }

type List[T any] struct {
	head *node[T]
	n    int
}

type node[T any] struct {
	v    T
	next *node[T]
}

func (l *List[T]) Push(v T) { l.head = &node[T]{v, l.head}; l.n++ }
func (l *List[T]) Each(f func(T)) {
	for n := l.head; n != nil; n = n.next {
		f(n.v)
	}
}
func (l *List[T]) Head() *node[T] { return l.head }

type Pair[K comparable, V any] struct {
	Key K
	Val V
}

func MakePair[K comparable, V any](k K, v V) Pair[K, V] { return Pair[K, V]{k, v} }

func Box[T any](x T) interface{} { return x }

type Stringer interface{ String() string }

func Join[T Stringer](v []T) (s string) {
	for _, x := range v {
		s += x.String()
	}
	return
}

type name string

func (n name) String() string { return string(n) }

func use() {
	l := &List[int]{}
	l.Push(1)
	l.Each(func(x int) { _ = x })
	m := new(List[*int])
	m.Push(new(int))
	_ = Map([]int{1, 2}, func(x int) string { return "s" })
	_ = Sum(1, 2, 3)
	_ = Sum(1.5, 2.0)
	p := Ptr("x")
	q := Ptr(l)
	_, _ = p, q
	_ = MakePair("a", []byte(nil))
	_ = Box(3)
	_ = Box(MakePair(1, 2))
	_ = Join([]name{"a", "b"})
	f := Ptr[float64]
	_ = f(1)
}
