//go:build race

package hb

import (
	"reflect"
	"sort"
)

// Package reflect accesses what it is pointed to, as the expression would that it stands for.

func (rules) TestRaceReflectSet() {
	x := keep(new(int))
	inTurn(func() { use(*x) }, func() { reflect.ValueOf(x).Elem().SetInt(1) })
}

func (rules) TestRaceReflectGet() {
	x := keep(new(int))
	inTurn(func() { *x = 1 }, func() { use(reflect.ValueOf(x).Elem().Int()) })
}

func (rules) TestRaceReflectInterface() {
	p := keep(new(pair))
	inTurn(func() { p.b = 1 }, func() { use(reflect.ValueOf(p).Elem().Interface()) })
}

func (rules) TestRaceReflectSetStruct() {
	p := keep(new(pair))
	inTurn(func() { use(p.b) }, func() { reflect.ValueOf(p).Elem().Set(reflect.ValueOf(pair{1, 2})) })
}

func (rules) TestNoRaceReflectFields() {
	p := keep(&struct{ A, B int }{})
	inTurn(
		func() { reflect.ValueOf(p).Elem().Field(0).SetInt(1) },
		func() { reflect.ValueOf(p).Elem().Field(1).SetInt(1) })
}

func (rules) TestNoRaceReflectTypeOnly() {
	p := keep(new(pair))
	inTurn(func() { p.a = 1 }, func() { use(reflect.TypeOf(p).Elem().NumField()) }, func() { use(reflect.ValueOf(p).Elem().Field(0).CanAddr()) })
}

func (rules) TestRaceReflectSliceIndex() {
	s := make([]int, 4)
	inTurn(func() { s[2] = 1 }, func() { use(reflect.ValueOf(s).Index(2).Int()) })
}

func (rules) TestRaceReflectCopy() {
	a, b := make([]int, 4), make([]int, 4)
	inTurn(func() { use(a[2]) }, func() { reflect.Copy(reflect.ValueOf(a), reflect.ValueOf(b)) })
}

func (rules) TestRaceReflectAppend() {
	a := make([]int, 2, 4)
	inTurn(func() { use(a[:3][2]) }, func() { reflect.Append(reflect.ValueOf(a), reflect.ValueOf(1)) })
}

func (rules) TestRaceReflectMapRead() {
	m := map[string]int{"a": 1}
	inTurn(func() { m["b"] = 1 }, func() { use(reflect.ValueOf(m).MapIndex(reflect.ValueOf("a"))) })
}

func (rules) TestRaceReflectMapWrite() {
	m := map[string]int{"a": 1}
	inTurn(func() { use(m["a"]) }, func() { reflect.ValueOf(m).SetMapIndex(reflect.ValueOf("b"), reflect.ValueOf(1)) })
}

func (rules) TestRaceReflectMapDelete() {
	m := map[pair]int{{1, 2}: 1}
	inTurn(func() { use(m[pair{1, 2}]) }, func() { reflect.ValueOf(m).SetMapIndex(reflect.ValueOf(pair{1, 2}), reflect.Value{}) })
}

func (rules) TestRaceReflectMapLen() {
	m := map[int]int{1: 1}
	inTurn(func() { m[2] = 1 }, func() { use(reflect.ValueOf(m).Len()) })
}

func (rules) TestRaceReflectMapRange() {
	m := map[int]int{1: 1}
	someReports() // the start of the iteration and its steps
	inTurn(func() { m[2] = 1 }, func() {
		for i := reflect.ValueOf(m).MapRange(); i.Next(); {
			use(i.Key())
		}
	})
}

func (rules) TestNoRaceReflectMapReads() {
	m := map[int]int{1: 1}
	read := func() {
		v := reflect.ValueOf(m)
		use(v.Len())
		use(v.MapIndex(reflect.ValueOf(1)))
		use(v.MapKeys())
	}
	inTurn(read, read)
}

// Swapper moves elements by itself; sort.Slice uses it.
func (rules) TestRaceReflectSwapper() {
	s := []int{2, 1}
	someReports() // less reads, the swapper reads and writes
	inTurn(func() { s[0] = 3 }, func() { sort.Slice(s, func(i, j int) bool { return s[i] < s[j] }) })
}

// A channel operation through reflect orders as the statement does.

func (rules) TestNoRaceReflectChan() {
	x, c := 0, make(chan int, 1)
	inTurn(
		func() { x = 1; reflect.ValueOf(c).Send(reflect.ValueOf(1)) },
		func() { reflect.ValueOf(c).Recv(); use(x) })
}

func (rules) TestRaceReflectChanWriteAfter() {
	x, c := 0, make(chan int, 1)
	inTurn(
		func() { reflect.ValueOf(c).Send(reflect.ValueOf(1)); x = 1 },
		func() { reflect.ValueOf(c).Recv(); use(x) })
}

func (rules) TestNoRaceReflectChanTry() {
	x, c := 0, make(chan int, 1)
	inTurn(
		func() { x = 1; reflect.ValueOf(c).TrySend(reflect.ValueOf(1)) },
		func() {
			if _, ok := reflect.ValueOf(c).TryRecv(); ok {
				use(x)
			}
		})
}

func (rules) TestRaceReflectChanTryFails() {
	x, c := 0, make(chan int)
	inTurn(
		func() { x = 1; reflect.ValueOf(c).TrySend(reflect.ValueOf(1)) },
		func() { reflect.ValueOf(c).TryRecv(); use(x) })
}

func (rules) TestNoRaceReflectChanClose() {
	x, c := 0, make(chan int)
	inTurn(
		func() { x = 1; reflect.ValueOf(c).Close() },
		func() { reflect.ValueOf(c).Recv(); use(x) })
}

// Calls.

func (rules) TestRaceReflectCall() {
	x := keep(new(int))
	f := reflect.ValueOf(func(v int) { *x = v })
	inTurn(func() { use(*x) }, func() { f.Call([]reflect.Value{reflect.ValueOf(1)}) })
}

func (rules) TestRaceReflectMakeFunc() {
	x := keep(new(int))
	f := reflect.MakeFunc(reflect.TypeOf(func() {}), func([]reflect.Value) []reflect.Value {
		*x = 1
		return nil
	}).Interface().(func())
	inTurn(func() { use(*x) }, f)
}

func (rules) TestRaceReflectMethod() {
	v := keep(&Touched{})
	f := reflect.ValueOf(v).MethodByName("Touch")
	inTurn(func() { use(v.n) }, func() { f.Call(nil) })
}

func (rules) TestNoRaceReflectCallsOfTheSame() {
	f := reflect.ValueOf(func(p pair, s string, fs ...float64) (int, string) { return p.a, s })
	call := func() {
		use(f.Call([]reflect.Value{reflect.ValueOf(pair{1, 2}), reflect.ValueOf("a"), reflect.ValueOf(1.5)}))
	}
	together(call, call, call)
}

// Touched has a method that reflect can find.
type Touched struct{ n int }

// Touch writes to t.
func (t *Touched) Touch() { t.n = 1 }
