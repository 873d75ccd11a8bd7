//go:build go1.24

// Package gommtrack watches objects of which somebody claims that they could lie on the stack.
//
// An object that lies on the stack is gone when its function returns, and its place is used again when the same expression
// is evaluated again in the same call.  So here:
//   - when the function has returned (Leave), a garbage collection must find the object unreachable.  That is asked of the
//     first calls of each site, and of some later ones;
//   - when it is not asked, and when the site is evaluated again in the same frame, the object is overwritten with zeroes,
//     as its stack slot would be with something else.  Who still uses it will notice.
//
// What was exercised, and what was found, is written to the file $GOMMTRACK: "exercised ID", "checked ID", "VIOLATION ID".
package gommtrack

import (
	"runtime"
	"sync"
	"syscall"
	"unsafe"
	"weak"
)

type item struct {
	id    int
	alive func() bool // weak; nil: not to be asked
	zero  func()      // strong
}

// Frame is one call of a function.
type Frame struct {
	items []item
}

var (
	mu    sync.Mutex
	seen  = map[int]int{}
	fd    = -1
	begun bool
	busy  bool
)

func say(what string, id int) {
	if !begun {
		begun = true
		if name, ok := syscall.Getenv("GOMMTRACK"); ok {
			fd, _ = syscall.Open(name, syscall.O_WRONLY|syscall.O_APPEND|syscall.O_CREAT, 0o644)
		}
	}
	if fd < 0 {
		return
	}
	var b [24]byte
	i := len(b)
	for n := id; ; n /= 10 {
		i--
		b[i] = byte('0' + n%10)
		if n < 10 {
			break
		}
	}
	syscall.Write(fd, append(append([]byte(what+" "), b[i:]...), '\n'))
}

// Enter begins a call.
//
//go:noinline
func Enter() *Frame { return &Frame{} }

func (f *Frame) add(id int, alive func() bool, zero func()) {
	for i := range f.items {
		if f.items[i].id == id { // evaluated again
			if f.items[i].zero != nil {
				f.items[i].zero()
				f.items[i].zero = nil
			}
		}
	}
	if len(f.items) < 1000 {
		f.items = append(f.items, item{id, alive, zero})
	}
}

// P watches what p points to.
//
//go:noinline
func P[T any](f *Frame, id int, p *T) *T {
	var alive func() bool
	size := unsafe.Sizeof(*p)
	if size == 0 {
		return p
	}
	if size >= 16 { // smaller ones may share their memory with others
		w := weak.Make(p)
		alive = func() bool { return w.Value() != nil }
	}
	f.add(id, alive, func() { var z T; *p = z })
	return p
}

// S watches the array of a slice.
//
//go:noinline
func S[T any](f *Frame, id int, s []T) []T {
	if cap(s) == 0 {
		return s
	}
	full := s[:cap(s)]
	p := &full[0]
	var alive func() bool
	size := unsafe.Sizeof(*p) * uintptr(cap(s))
	if size == 0 {
		return s
	}
	if size >= 16 {
		w := weak.Make(p)
		alive = func() bool { return w.Value() != nil }
	}
	f.add(id, alive, func() { clear(full) })
	return s
}

func ask(id int) (first, gc bool) {
	mu.Lock()
	defer mu.Unlock()
	n := seen[id]
	seen[id] = n + 1
	return n == 0, n < 25 || n&(n-1) == 0
}

// Leave ends a call: the function has returned.
//
//go:noinline
func Leave(f *Frame) {
	gc := false
	for i := range f.items {
		first, g := ask(f.items[i].id)
		if first {
			mu.Lock()
			say("exercised", f.items[i].id)
			mu.Unlock()
		}
		gc = gc || g
	}
	if !gc || busy {
		for i := range f.items {
			if z := f.items[i].zero; z != nil {
				z()
			}
		}
		f.items = nil
		return
	}
	for i := range f.items {
		f.items[i].zero = nil
	}
	runtime.GC()
	for i := range f.items {
		it := &f.items[i]
		if it.alive == nil {
			continue
		}
		mu.Lock()
		say("checked", it.id)
		if it.alive() {
			say("VIOLATION", it.id)
		}
		mu.Unlock()
	}
	f.items = nil
}
