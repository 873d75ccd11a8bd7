package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// on a line of its own, whatever else the size class holds
type counters struct {
	_    [8]int64
	A, B int64
	_    [14]int64
}

func newCounters() *counters { return new(counters) }

func fields() []unsafe.Pointer {
	c := newCounters()
	together(func() { c.A++ }, func() { c.B++ })
	return pointers(unsafe.Pointer(&c.A), unsafe.Pointer(&c.B))
}

func checkFields(e *events, at []uint64) error {
	l, err := e.find(at[0], "")
	if err != nil {
		return err
	}
	spans, _, err := l.site("main.fields.func1", "write")
	if err == nil && (len(spans) != 1 || spans[0] != [2]uint64{at[0] - l.addr, 8}) {
		err = fmt.Errorf("spans %v", spans)
	}
	return first(err, l.falseSharing(), l.want(at[0], map[string]int{"read": 1, "write": 1}),
		l.want(at[1], map[string]int{"read": 1, "write": 1}), l.object(at[0], 192, "main.newCounters"))
}

func atomics() []unsafe.Pointer {
	c := newCounters()
	together(func() { atomic.AddInt64(&c.A, 1) }, func() { atomic.StoreInt64(&c.B, 1) })
	return pointers(unsafe.Pointer(&c.A), unsafe.Pointer(&c.B))
}

func checkAtomics(e *events, at []uint64) error {
	l, err := e.find(at[0], "")
	if err != nil {
		return err
	}
	_, _, err = l.site("main.atomics.func1", "rmw")
	_, _, err2 := l.site("main.atomics.func2", "store")
	return first(err, err2, l.falseSharing(), l.want(at[0], map[string]int{"rmw": 1}), l.want(at[1], map[string]int{"store": 1}))
}

// Parts of a word, and ranges.
type packed struct {
	_    [64]byte
	a, b uint16
	_    [4]byte
	from [24]byte
	to   [32]byte
	_    [64]byte
}

func bytes() []unsafe.Pointer {
	c := new(packed)
	var buf [32]byte
	together(func() { c.a++ }, func() { copy(c.to[:], buf[:]) })
	return pointers(unsafe.Pointer(&c.a), unsafe.Pointer(&c.to))
}

func checkBytes(e *events, at []uint64) error {
	l, err := e.find(at[0], "")
	if err != nil {
		return err
	}
	a, _, err := l.site("main.bytes.func1", "write")
	b, _, err2 := l.site("main.bytes.func2", "write")
	if err = first(err, err2); err == nil && (a[0] != [2]uint64{at[0] - l.addr, 2} || b[0] != [2]uint64{at[1] - l.addr, 32}) {
		err = fmt.Errorf("spans %v %v", a, b)
	}
	return first(err, l.falseSharing())
}

type guardedData struct {
	_  [8]int64
	mu sync.Mutex
	n  int64
	_  [14]int64
}

func guarded() []unsafe.Pointer {
	g := new(guardedData)
	add := func() {
		g.mu.Lock()
		g.n++
		g.mu.Unlock()
	}
	together(add, add)
	return pointers(unsafe.Pointer(&g.mu), unsafe.Pointer(&g.n))
}

func checkGuarded(e *events, at []uint64) error {
	l, err := e.find(at[0], "")
	if err != nil {
		return err
	}
	if l.Same_word*2 < l.Transfers {
		return fmt.Errorf("%d of %d transfers are for the same word", l.Same_word, l.Transfers)
	}
	_, locks, err := l.site("main.guarded.func1", "write")
	if err == nil && (len(locks) != 1 || locks[0] != fmt.Sprintf("0x%012x", at[0])) {
		err = fmt.Errorf("locks %v", locks)
	}
	for _, w := range l.Words {
		if w.Offset == at[0]-l.addr && w.Rmw+w.Load+w.Store+w.Read+w.Write > 0 {
			err = fmt.Errorf("the lock's word is used otherwise: %+v", w)
		}
	}
	return first(err, l.want(at[0], map[string]int{"lock": 2}), l.want(at[1], map[string]int{"read": 2, "write": 2}))
}

type rwData struct {
	_  [8]int64
	mu sync.RWMutex
	n  int64
	_  [12]int64
}

func rwmutex() []unsafe.Pointer {
	g := new(rwData)
	var sink int64
	together(func() {
		g.mu.RLock()
		sink = g.n
		g.mu.RUnlock()
	}, func() {
		g.mu.Lock()
		g.n++
		g.mu.Unlock()
	})
	return pointers(unsafe.Pointer(&g.mu), unsafe.Pointer(&g.n), unsafe.Pointer(&sink))
}

func checkRWMutex(e *events, at []uint64) error {
	l, err := e.find(at[1], "")
	if err != nil {
		return err
	}
	for _, s := range []struct{ fn, kind string }{{"main.rwmutex.func1", "read"}, {"main.rwmutex.func2", "write"}} {
		_, locks, err := l.site(s.fn, s.kind)
		if err != nil {
			return err
		}
		held := false
		for _, lock := range locks {
			var a uint64
			fmt.Sscanf(lock, "0x%x", &a)
			held = held || a == at[0]
		}
		if !held {
			return fmt.Errorf("%s holds %v", s.fn, locks)
		}
	}
	return nil
}

func trueSharing() []unsafe.Pointer {
	c := newCounters()
	together(func() { atomic.AddInt64(&c.A, 1) }, func() { atomic.AddInt64(&c.A, 1) })
	return pointers(unsafe.Pointer(&c.A))
}

func checkTrue(e *events, at []uint64) error {
	l, err := e.find(at[0], "")
	if err != nil {
		return err
	}
	if l.Same_word*20 < l.Transfers*19 {
		return fmt.Errorf("%d of %d transfers are for the same word", l.Same_word, l.Transfers)
	}
	return l.want(at[0], map[string]int{"rmw": 2})
}

// One after the other.
func phases() []unsafe.Pointer {
	c := newCounters()
	for i := 0; i < 3; i++ {
		together(func() { c.A++ })
		together(func() { c.B++ })
	}
	return pointers(unsafe.Pointer(&c.A), unsafe.Pointer(&c.B))
}

func separate() []unsafe.Pointer {
	a, b := newCounters(), newCounters()
	together(func() { a.A++ }, func() { b.B++ })
	return pointers(unsafe.Pointer(&a.A), unsafe.Pointer(&b.B))
}

// Written by one before, and after, others that only read.
func readers() []unsafe.Pointer {
	c := newCounters()
	var sink [64]int64
	for i := int64(0); i < 3; i++ {
		c.A, c.B = i, i
		time.Sleep(2 * time.Millisecond)
		together(func() { sink[16] += c.A }, func() { sink[48] += c.B })
		time.Sleep(2 * time.Millisecond)
	}
	return pointers(unsafe.Pointer(&c.A))
}

func alone() []unsafe.Pointer {
	c := newCounters()
	together(func() { c.A++; c.B++ })
	return pointers(unsafe.Pointer(&c.A))
}

var globalA, globalB int64

func globals() []unsafe.Pointer {
	together(func() { globalA++ }, func() { globalB++ })
	return pointers(unsafe.Pointer(&globalA), unsafe.Pointer(&globalB))
}

func checkGlobals(e *events, at []uint64) error {
	if at[0]/64 != at[1]/64 {
		return checkNothing(e, at) // the linker put them apart
	}
	l, err := e.find(at[0], "")
	if err != nil {
		return err
	}
	for i, name := range []string{"main.globalA", "main.globalB"} {
		found := false
		for _, o := range l.Objects {
			found = found || (o.Object.Kind == "global" && o.Object.Name == name && o.From == at[i]-l.addr && o.To == o.From+8)
		}
		if !found {
			return fmt.Errorf("no %s in %+v", name, l.Objects)
		}
	}
	return first(l.falseSharing(), l.want(at[0], map[string]int{"read": 1, "write": 1}))
}

var racy int64

// A race, for the check.
func race() []unsafe.Pointer {
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			racy++
		}()
	}
	wg.Wait()
	return pointers(unsafe.Pointer(&racy))
}

type small struct {
	next *small
	n    int64
}

func newSmall() *small { return new(small) }

// Objects of 16 bytes, four of which share a line.
func neighbours() []unsafe.Pointer {
	var all [64]*small
	for i := range all {
		all[i] = newSmall()
	}
	for i, a := range all {
		for _, b := range all[i+1:] {
			if uintptr(unsafe.Pointer(a))/64 == uintptr(unsafe.Pointer(b))/64 {
				together(func() { a.n++ }, func() { b.n++ })
				return pointers(unsafe.Pointer(&a.n), unsafe.Pointer(&b.n), unsafe.Pointer(a))
			}
		}
	}
	panic("no two on one line")
}

func checkNeighbours(e *events, at []uint64) error {
	l, err := e.find(at[0], "")
	if err != nil {
		return err
	}
	return first(l.falseSharing(), l.object(at[0], 16, "main.newSmall"), l.object(at[1], 16, "main.newSmall"))
}

func readMostly() []unsafe.Pointer {
	c := newCounters()
	var sink [64]int64
	together(func() { atomic.AddInt64(&c.A, 1) }, func() { sink[32] += atomic.LoadInt64(&c.B) })
	return pointers(unsafe.Pointer(&c.A), unsafe.Pointer(&c.B))
}

func checkReadMostly(e *events, at []uint64) error {
	l, err := e.find(at[0], "")
	if err != nil {
		return err
	}
	return first(l.falseSharing(), l.want(at[0], map[string]int{"rmw": 1}), l.want(at[1], map[string]int{"load": 1}))
}

// A slice with an element for each worker, and fewer Ps.
func elements() []unsafe.Pointer {
	s := make([]int64, 64)[8:16]
	var fs []func()
	var ps []unsafe.Pointer
	for i := range s {
		i := i
		fs = append(fs, func() { s[i]++ })
		ps = append(ps, unsafe.Pointer(&s[i]))
	}
	side(16, 0, fs...)
	return ps
}

func checkElements(e *events, at []uint64) error {
	l, err := e.find(at[0], "")
	if err != nil {
		return err
	}
	busy := 0
	for _, a := range at {
		u := l.users(a)
		if u["write"] > 1 {
			return fmt.Errorf("users of %#x: %v", a, u)
		}
		busy += u["write"]
	}
	if busy < 4 {
		return errBusy
	}
	return l.falseSharing()
}

// Lines are looked at together when both were written in each of some windows: of 50 ms, here.
const windows = 1500 * time.Millisecond

// A goroutine looks at the clock when it has made some accesses.
func often(p *int64) func() {
	return func() {
		for i := 0; i < 1000; i++ {
			*p++
		}
	}
}

// 128 bytes, aligned so by the allocator; nothing lies on one line.
func pair() []unsafe.Pointer {
	p := new([16]int64)
	side(60, windows, often(&p[0]), often(&p[8]))
	return pointers(unsafe.Pointer(&p[0]), unsafe.Pointer(&p[8]))
}

func checkPair(e *events, at []uint64) error {
	if at[0]%128 != 0 {
		return fmt.Errorf("128 bytes are not aligned")
	}
	if _, err := e.find(at[0], "shift"); err == nil {
		return fmt.Errorf("64 bytes apart, and in one line")
	}
	l, err := e.find(at[0], "pair")
	if err != nil {
		return err
	}
	return first(checkNothing(e, at), l.want(at[0], map[string]int{"read": 1, "write": 1}),
		l.want(at[1], map[string]int{"read": 1, "write": 1}), l.object(at[1], 128, "main.pair"))
}

func shift() []unsafe.Pointer {
	p := new([32]int64)
	side(60, windows, often(&p[15]), often(&p[16]))
	return pointers(unsafe.Pointer(&p[15]), unsafe.Pointer(&p[16]))
}

func checkShift(e *events, at []uint64) error {
	l, err := e.find(at[0], "shift")
	if err != nil {
		return err
	}
	if at[1]-l.addr >= 64 {
		return fmt.Errorf("%#x is not in %#x", at[1], l.addr)
	}
	return first(checkNothing(e, at), l.want(at[1], map[string]int{"read": 1, "write": 1}), l.object(at[1], 256, "main.shift"))
}

var kept []*counters

// An object after the other, each shared for a while, garbage afterwards.
func lives() []unsafe.Pointer {
	var last *counters
	for i := 0; i < 4; i++ {
		c := newCounters()
		together(func() { c.A++ }, func() { c.B++ })
		last = c
		for k := 0; k < 40; k++ { // the collector comes, and memory is used again
			kept = nil
			for j := 0; j < 2000; j++ {
				kept = append(kept, newCounters())
			}
		}
	}
	kept = nil
	return pointers(unsafe.Pointer(&last.A))
}

func checkLives(e *events, at []uint64) error {
	n, most := 0, 0
	for _, l := range e.lines {
		for _, o := range l.Objects {
			if s := o.Object.Stack; len(s) > 0 && s[0].Fn == "main.newCounters" && l.Virtual == nil {
				n++
				if l.Lives > most {
					most = l.Lives
				}
				if err := l.falseSharing(); err != nil {
					return err
				}
				break
			}
		}
	}
	if n == 0 || most < 2 {
		return errBusy
	}
	if n > 3 {
		return fmt.Errorf("%d lines for the same thing", n)
	}
	return nil
}

// More goroutines than are kept apart.
func crowd() []unsafe.Pointer {
	c := newCounters()
	add := func() { atomic.AddInt64(&c.A, 1) }
	for i := 0; i < 40; i++ {
		side(4, 0, add, add)
	}
	return pointers(unsafe.Pointer(&c.A))
}

func checkCrowd(e *events, at []uint64) error {
	l, err := e.find(at[0], "")
	if err != nil {
		return err
	}
	if len(l.Goroutines) > 33 {
		return fmt.Errorf("%d goroutines", len(l.Goroutines))
	}
	if l.Accesses < 200 {
		return fmt.Errorf("%d accesses", l.Accesses)
	}
	return nil
}
