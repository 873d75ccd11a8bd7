// Package outline: constructors that are too long to be inlined.
package outline

import "runtime"

type Table struct {
	sizes [16]int
	names []string
	n     int
}

func WantNew(n int, names ...string) *Table {
	t := &Table{n: n}
	for i := range t.sizes {
		t.sizes[i] = n * i
		if n < 0 {
			return t // and it is what it is
		}
	}
	// Names come last.
	for _, s := range names {
		add := func(s string) int {
			t.names = append(t.names, s)
			return len(t.names)
		}
		if add(s) > 8 {
			return t
		}
	}
	return t
}

func WantParam(_ int, n int, unused string) *Table {
	t := new(Table)
	for ; n > 0; n-- {
		t.sizes[n%16] += n
		t.n++
	}
	return t
}

func UseNew(n int) int {
	t := WantNew(n, "a", "b")
	return t.sizes[3] + len(t.names)
}

// nil comes of a panic.
func KeepDefer(n int) *Table {
	t := &Table{}
	defer func() { recover() }()
	t.n = 10 / n
	return t
}

func KeepOther(n int) *Table {
	t := &Table{}
	for i := range t.sizes {
		t.sizes[i] = n
	}
	if n < 0 {
		return nil
	}
	return t
}

func KeepAssigned(n int) *Table {
	t := &Table{}
	for i := range t.sizes {
		t.sizes[i] = n
	}
	if n > 3 {
		t = &Table{n: 1}
	}
	return t
}

func KeepInterface(n int) any {
	t := &Table{}
	for i := range t.sizes {
		t.sizes[i] = n
	}
	return t
}

func KeepCaller(n int) *Table {
	t := &Table{}
	_, file, _, _ := runtime.Caller(1)
	t.names = append(t.names, file)
	t.n = n
	return t
}

// The deferred function itself is the one that may recover.
func KeepRecover(n int) *Table {
	t := &Table{}
	for i := range t.sizes {
		t.sizes[i] = n
	}
	if recover() != nil {
		t.n = n
	}
	return t
}

// What is made holds the parameter, not its value.
type Ref struct {
	get func() int
	p   *int
	at  []int
	n   int
}

func (r *Ref) run(n int) {
	for ; n > 0; n-- {
		r.n += n
	}
}

func KeepClosure(n int) *Ref {
	t := &Ref{get: func() int { return n }}
	n *= 2
	t.run(n)
	return t
}

func KeepAddress(n int) *Ref {
	t := &Ref{p: &n}
	n *= 2
	t.run(n)
	return t
}

func KeepSlice(n [4]int) *Ref {
	t := &Ref{at: n[:]}
	n[0] = 2
	t.run(n[0])
	return t
}

func KeepPart(n [4]int) *Ref {
	t := &Ref{p: &n[1]}
	n[1] = 2
	t.run(n[1])
	return t
}

// It has the value, and what is changed afterwards is the copy.
func WantValue(n int, at []int) *Ref {
	t := &Ref{n: n, at: at}
	n *= 2
	at[0] = n
	t.run(n)
	return t
}

// m is not handed on.
func WantOther(n, m int) *Ref {
	t := &Ref{p: &m}
	for ; n > 0; n-- {
		t.n += n
	}
	t.run(n)
	return t
}

func KeepShort(n int) *Table {
	t := &Table{n: n}
	return t
}
