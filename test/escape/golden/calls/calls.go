// Package calls: what callees do, known and unknown.
package calls

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
)

type I interface{ M(*int) *int }

type A struct{ p *int }

func (a *A) M(p *int) *int { a.p = p; return p }

type B int

func (B) M(p *int) *int { return p }

func static(x int) *int {
	a := &A{}
	return a.M(&x)
}

func dynamic(i I, x int) *int { return i.M(&x) }

func known(x int) int {
	var i I = B(1)
	return *i.M(&x)
}

func value(f func(*int), x int) { f(&x) }

func variadic(args ...*int) int { return len(args) }

func callsVariadic() {
	x, y := 1, 2
	variadic(&x, &y)
	variadic()
	var s []*int
	variadic(s...)
}

func recursive(p *int, n int) *int {
	if n == 0 {
		return p
	}
	return recursive(p, n-1)
}

func even(p *int, n int) *int {
	if n == 0 {
		return p
	}
	return odd(p, n-1)
}

func odd(p *int, n int) *int {
	if n == 0 {
		return nil
	}
	return even(p, n-1)
}

//go:noinline
func keeps(p *int) {}

func deferred() {
	x := 1
	defer keeps(&x)
	for i := 0; i < 3; i++ {
		y := i
		defer keeps(&y)
	}
	defer func() { recover() }()
	defer fmt.Println("done", x)
}

func started(x int) {
	go keeps(&x)
	go func() { keeps(&x) }()
	go func(p *int) {}(&x)
}

func library(name string, r io.Reader) error {
	fmt.Println(name, 1, 2.5, []int{1})
	s := fmt.Sprintf("%s:%d", name, len(name))
	if strings.Contains(s, "x") {
		return errors.New("x: " + s)
	}
	v := []int{3, 1, 2}
	sort.Slice(v, func(i, j int) bool { return v[i] < v[j] })
	var b strings.Builder
	b.WriteString(s)
	if _, err := io.Copy(os.Stdout, r); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return nil
}

func results() (*int, *A) { return new(int), &A{} }

func multi() *A {
	p, a := results()
	a.p = p
	return a
}

func passOn(p *int, a *A) { use(results()) }

//go:noinline
func use(p *int, a *A) {}

func panics(s string) {
	if s == "" {
		panic("empty")
	}
	panic(fmt.Sprint("bad ", s))
}

func prints(p *int, s string) {
	println(p, s, *p)
	print("x")
}
