package main

import (
	"reflect"
	"runtime"
	"sort"
	"strings"
	"unsafe"
)

func pointer[T any](p *T) unsafe.Pointer { return unsafe.Pointer(p) }

// Small functions, for the inliner.
func inner(p *int)  { *p++ }
func middle(p *int) { inner(p) }
func outer(p *int)  { middle(p) }

type base struct{ n int }

func (b *base) Set(n int) { b.n = n }
func (b base) Get() int   { return b.n }

type derived struct {
	pad [3]int
	*base
}

type setter interface{ Set(int) }

type getter interface{ Get() int }

type pair[K comparable, V any] struct {
	key   K
	value V
}

func (p *pair[K, V]) put(k K, v V) {
	p.key = k
	p.value = v
}

//go:noinline
func assign[T any](p *T, v T) { *p = v }

//go:noinline
func recurse(depth int, f func()) {
	if depth == 0 {
		f()
		return
	}
	recurse(depth-1, f)
}

// grow needs more stack than a goroutine starts with, so that its frames move.
//
//go:noinline
func grow(depth int, f func()) byte {
	var big [4096]byte
	big[depth] = 1
	if depth == 0 {
		f()
	} else {
		big[depth-1] = grow(depth-1, f)
	}
	return big[depth/2]
}

// unwind panics through depth frames, of which every third has a deferred call.
//
//go:noinline
func unwind(depth int) {
	if depth%3 == 0 {
		defer func() { use(depth) }()
	}
	if depth == 0 {
		panic("unwind")
	}
	unwind(depth - 1)
}

func rescue(depth int) {
	defer func() { recover() }()
	unwind(depth)
}

// rethrow recovers in the middle and panics anew from the deferred function.
func rethrow(depth int) {
	defer func() { recover() }()
	func() {
		defer func() {
			recover()
			unwind(depth)
		}()
		unwind(depth)
	}()
}

func init() {
	shapes["inlined"] = func() {
		x := new(int)
		order(func() { outer(x) }, func() { outer(x) })
	}
	shapes["interface-wrapper"] = func() {
		d := derived{base: new(base)}
		var s setter = d
		var s2 setter = &d
		order(func() { s.Set(1) }, func() { s2.Set(2) })
	}
	shapes["value-wrapper"] = func() {
		b := new(base)
		var g getter = b
		order(func() { use(g.Get()) }, func() { b.Set(2) })
	}
	shapes["method-value"] = func() {
		b := new(base)
		f, g := b.Set, (*base).Set
		order(func() { f(1) }, func() { g(b, 2) })
	}
	shapes["generic-function"] = func() {
		s := new(string)
		order(func() { assign(s, "a") }, func() { assign(s, "b") })
	}
	shapes["generic-method"] = func() {
		p := new(pair[string, int])
		order(func() { p.put("a", 1) }, func() { use(p.value) })
	}
	shapes["closure-nest"] = func() {
		x := new(int)
		f := func() func() { return func() { func() { *x++ }() } }
		order(f(), f())
	}
	shapes["defer"] = func() {
		x := new(int)
		order(func() { defer func() { *x = 1 }() }, func() {
			for i := 0; i < 2; i++ {
				defer func(i int) {
					if i == 0 {
						*x = 2
					}
				}(i)
			}
		})
	}
	shapes["recursion"] = func() {
		order(func() { recurse(100, writeGlobal) }, func() { recurse(50, writeGlobal) })
	}
	shapes["stack-growth"] = func() {
		order(func() { grow(40, writeGlobal) }, func() { grow(60, writeGlobal) })
	}
	shapes["after-recover"] = func() {
		after := func() {
			for i := 0; i < 200; i++ {
				rescue(i % 60)
			}
			writeGlobal()
		}
		order(after, after)
	}
	shapes["after-rethrow"] = func() {
		after := func() {
			for i := 0; i < 200; i++ {
				rethrow(i % 20)
			}
			writeGlobal()
		}
		order(after, after)
	}
	shapes["in-deferred-panic"] = func() {
		f := func() {
			defer func() { recover() }()
			defer writeGlobal()
			unwind(10)
		}
		order(f, f)
	}
	shapes["runtime-panic"] = func() {
		f := func() {
			func() {
				defer func() { recover() }()
				var p *[8]int
				use(p[3])
			}()
			func() {
				defer func() { recover() }()
				v := make([]int, 1)
				use(v[len(v)])
			}()
			writeGlobal()
		}
		order(f, f)
	}
	shapes["goexit"] = func() {
		f := func() {
			c := make(chan int)
			go func() {
				defer close(c)
				recurse(20, runtime.Goexit)
			}()
			<-c
			writeGlobal()
		}
		order(f, f)
	}
	shapes["reflect-call"] = func() {
		x := new(int)
		f := reflect.ValueOf(func(n int) { *x = n })
		order(func() { f.Call([]reflect.Value{reflect.ValueOf(1)}) }, func() { reflect.ValueOf(x).Elem().SetInt(3) })
	}
	shapes["sort-callback"] = func() {
		v := []int{3, 1}
		order(func() { v[0] = 2 }, func() { sort.Slice(v, func(i, j int) bool { return v[i] < v[j] }) })
	}
	shapes["strings-callback"] = func() {
		n := 0
		count := func(r rune) rune { n++; return r }
		order(func() { strings.Map(count, "a") }, func() { strings.Map(count, "b") })
	}
	shapes["bound-array"] = func() {
		var a [4]struct{ x, y int }
		order(func() { a[2].y = 1 }, func() { b := a; use(b[1].x) })
	}
	shapes["struct-copy"] = func() {
		a, b := new([5]int), new([5]int)
		order(func() { *a = *b }, func() { *b = [5]int{4: 1} })
	}
	shapes["copy"] = func() {
		v := make([]int, 100)
		order(func() { copy(v[10:], v[50:90]) }, func() { v[20] = 1 })
	}
	shapes["append"] = func() {
		v := make([]int, 1, 4)
		order(func() { _ = append(v, 1) }, func() { _ = append(v, 2) })
	}
	shapes["append-grow"] = func() {
		v := make([]int, 4)
		order(func() { v[3] = 1 }, func() { _ = append(v, 2) })
	}
	shapes["bytes-to-string"] = func() {
		v := []byte("some text that is long enough to be copied to the heap")
		order(func() { v[7] = 'x' }, func() { keepString(string(v)) })
	}
	shapes["string-variable"] = func() {
		s := "a"
		order(func() { s = "b" }, func() { keepString(s) })
	}
	shapes["interface-variable"] = func() {
		var v any
		order(func() { v = 1 }, func() { v = "x" })
		keepAny(v)
	}
	shapes["slice-variable"] = func() {
		v := []int{1}
		order(func() { v = nil }, func() { use(len(v)) })
	}
	shapes["map-write"] = func() {
		m := map[string]int{"a": 1}
		order(func() { m["a"] = 2 }, func() { use(m["a"]) })
	}
	shapes["map-delete"] = func() {
		m := map[int]int{1: 1}
		order(func() { use(m[1]) }, func() { delete(m, 1) })
	}
	shapes["map-range"] = func() {
		m := map[[3]int]int{{1}: 1}
		order(func() {
			for k := range m {
				use(k[0])
			}
		}, func() { m[[3]int{2}] = 1 })
	}
	shapes["map-len"] = func() {
		m := map[string]string{}
		order(func() { m["x"] = "y" }, func() { use(len(m)) })
	}
	shapes["map-value"] = func() {
		m := map[string]*int{"a": new(int)}
		order(func() { *m["a"] = 2 }, func() { *m["a"]++ })
	}
	shapes["channel-close"] = func() {
		c := make(chan int, 2)
		order(func() { c <- 1 }, func() { close(c) })
	}
	shapes["channel-len"] = func() {
		c := make(chan int, 2)
		x := 0
		order(func() { x = 1; c <- 1 }, func() { use(len(c)); x = 2 })
		use(x)
	}
	shapes["select"] = func() {
		c, d := make(chan int, 1), make(chan int)
		x := 0
		order(func() {
			select {
			case c <- 1:
				x = 1
			case d <- 1:
			}
		}, func() {
			select {
			case d <- 1:
			default:
				x = 2
			}
		})
		use(x)
	}
	shapes["narrow"] = func() {
		var s struct {
			a bool
			b int8
			c int16
			d int32
		}
		order(func() { s.a = true; s.c = 4; s.d = 5 }, func() { s.b = 1; s.d = 2 })
		use(int(s.d))
	}
	shapes["range-end"] = func() {
		v := make([]byte, 64)
		order(func() { copy(v[3:17], v[20:]) }, func() { v[16] = 1 })
	}
}

var theString string
var theAny any

//go:norace
func keepString(s string) { theString = s }

//go:norace
func keepAny(a any) { theAny = a }
