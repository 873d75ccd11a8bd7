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

func KeepShort(n int) *Table {
	t := &Table{n: n}
	return t
}
