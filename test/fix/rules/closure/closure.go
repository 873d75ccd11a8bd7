// Package closure: functions that return functions.
package closure

import "sync"

type limits struct{ low, high int }

// wantCount counts in steps.
func wantCount(from, step int) func() int {
	l := limits{low: from, high: from + 10*step}
	return func() int {
		l.low += step // a captured variable's field
		if l.low > l.high {
			l.low = from
		}
		return l.low
	}
}

func UseCount(n int) int {
	next, other := wantCount(1, 2), wantCount(5, 1)
	sum := 0
	for i := 0; i < n; i++ {
		sum += next() * other()
	}
	return sum
}

// The variable is known to a literal, and gets its value once.
func wantOnce(names []string) func(sep string) string {
	at := 0
	return func(sep string) string {
		at++
		if at > len(names) {
			return sep
		}
		return names[at-1] + sep
	}
}

func UseOnce(names []string) (all string) {
	next := wantOnce(names)
	add := func() { all += next(",") }
	for range names {
		add()
	}
	return all
}

// The holder is the package's, and the literal calls nothing.
func wantGlobal(n int) func() int {
	return func() int {
		n++
		return n
	}
}

var current func() int

func UseGlobal(n int) int {
	current = wantGlobal(n)
	if n > 0 {
		return current()
	}
	return current() - 1
}

// The literal waits: another goroutine may assign the holder meanwhile.
func keepLock(n int, mu *sync.Mutex) func() int {
	return func() int {
		mu.Lock()
		n++
		mu.Unlock()
		return n
	}
}

var locked func() int

func UseLock(mu *sync.Mutex) int {
	locked = keepLock(1, mu)
	return locked()
}

// Handed on, there are two names for one set of variables.
func keepShared(n int) func() int {
	return func() int {
		n++
		return n
	}
}

func UseShared() int {
	a := keepShared(1)
	b := a
	return a() + b()
}

func keepCompared(n int) func() int {
	return func() int {
		n++
		return n
	}
}

func UseCompared() int {
	a := keepCompared(1)
	if a == nil {
		return 0
	}
	return a()
}

// Nil when it is called, sometimes.
func keepNil(n int) func() int {
	return func() int {
		n++
		return n
	}
}

func UseNil(n int) (r int) {
	defer func() {
		if recover() != nil {
			r = -1
		}
	}()
	var a func() int
	if n > 0 {
		a = keepNil(n)
	}
	return a()
}

// A pointer to what is captured outlives the holder's value.
func keepAddress(n int) func() *int {
	return func() *int {
		n++
		return &n
	}
}

func UseAddress() int {
	a := keepAddress(1)
	p := a()
	a = keepAddress(5)
	return *p + *a()
}

// Another literal knows the variable.
func keepTwo(n int) func() int {
	reset := func() { n = 0 }
	return func() int {
		n++
		if n > 3 {
			reset()
		}
		return n
	}
}

func UseTwo() int {
	a := keepTwo(1)
	return a() + a() + a()
}

// Called at the end with what it is then.
func keepDeferred(n *int) func(add int) {
	sum := *n
	return func(add int) {
		sum += add
		*n = sum
	}
}

func UseDeferred() (n int) {
	a := keepDeferred(&n)
	defer a(1)
	a = keepDeferred(new(int))
	a(5)
	return 7
}

// As a value it has another type.
func keepValue(n int) func() int {
	return func() int {
		n++
		return n
	}
}

var table = []func(int) func() int{keepValue}

func UseValue() int {
	a := keepValue(1)
	return a() + table[0](1)()
}

// The type is the function's own.
func keepType(n int) func() int {
	type pair struct{ a, b int }
	p := pair{n, n}
	return func() int {
		p.a++
		return p.a
	}
}

func UseType() int {
	a := keepType(1)
	return a() + a()
}

// KeepExported is one that importers know.
func KeepExported(n int) func() int {
	return func() int {
		n++
		return n
	}
}

func UseExported() int {
	a := KeepExported(1)
	return a()
}

// A file for other systems calls it.
func keepElsewhere(n int) func() int {
	return func() int {
		n++
		return n
	}
}

func UseElsewhere() int {
	a := keepElsewhere(1)
	return a()
}
