// Random plans of memory accesses and synchronisation, run in a fixed total order by several
// goroutines, with the complete list of the races that each plan holds.
//
//	random SEED ROUNDS
//	random SEED ROUNDS R     round R alone, and what its steps are
//	random plan FILE         the plan whose steps FILE holds, in the form in which they are printed
//
// Which pairs of accesses conflict unordered follows from the Go memory model alone, computed here
// with plain vector clocks; the judge compares the detector's reports with it.  On standard error, between
// the reports, stand the lines
//
//	round R
//	access I G OFF WIDTH C0 C1 …   step I, of goroutine G, and the vector clock it is made at
//	race I J NEW       steps I < J race; NEW is 1 unless a neighbour in the same goroutine and epoch
//	                   stands for I (later than I) or for J (before J): see stands
//	done R
package main

import (
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"lost/quiet"
)

type kind int

const (
	read kind = iota
	write
	lockUnlock
	rlockUnlock
	send
	receive
	addAtomic
	loadAtomic
	storeAtomic
	kinds
)

const (
	words   = 2 // small, so that conflicts are frequent
	objects = 2 // of each kind of synchronisation
	depth   = 3 // capacity of the channels
)

type step struct {
	goroutine int
	kind      kind
	object    int
	width     int
	off       int
}

var kindNames = [kinds]string{"read", "write", "lock+unlock", "rlock+runlock", "send", "receive", "add", "load", "store"}

func (s step) String() string {
	if s.kind <= write {
		return fmt.Sprintf("goroutine %d: %s %d at %d", s.goroutine, kindNames[s.kind], s.width, s.off)
	}
	return fmt.Sprintf("goroutine %d: %s %d", s.goroutine, kindNames[s.kind], s.object)
}

// readPlan reads lines as they are printed; what stands before "goroutine" does not matter.
func readPlan(name string) (goroutines int, steps []step) {
	text, err := os.ReadFile(name)
	if err != nil {
		fmt.Fprintln(os.Stderr, "random:", err)
		os.Exit(2)
	}
	for _, line := range strings.Split(string(text), "\n") {
		i := strings.Index(line, "goroutine ")
		if i < 0 || strings.HasPrefix(line, "#") {
			continue
		}
		var s step
		var name string
		var n int
		fmt.Sscanf(line[i:], "goroutine %d: %s %d at %d", &s.goroutine, &name, &n, &s.off)
		s.kind = kinds
		for k := range kindNames {
			if kindNames[k] == name {
				s.kind = kind(k)
			}
		}
		if s.kind <= write {
			s.width = n
		} else {
			s.object = n
		}
		if s.kind == kinds || s.off < 0 || s.off+s.width > 8*words || s.object >= objects || len(steps) == len(ops) {
			fmt.Fprintln(os.Stderr, "random: bad step:", line)
			os.Exit(2)
		}
		if s.goroutine >= goroutines {
			goroutines = s.goroutine + 1
		}
		steps = append(steps, s)
	}
	return
}

type cells [words]uint64

// objects of one round.
type world struct {
	mu   [objects]sync.Mutex
	rw   [objects]sync.RWMutex
	ch   [objects]chan int
	word [objects]struct{ n int64 }
	mem  *cells
}

var sink uint64

//go:norace
func keep(v uint64) { sink = v }

//go:noinline
func (s *step) access(c *cells) {
	p := unsafe.Pointer(uintptr(unsafe.Pointer(c)) + uintptr(s.off))
	switch s.width {
	case 1:
		if s.kind == write {
			*(*uint8)(p) = 1
		} else {
			keep(uint64(*(*uint8)(p)))
		}
	case 2:
		if s.kind == write {
			*(*uint16)(p) = 1
		} else {
			keep(uint64(*(*uint16)(p)))
		}
	case 4:
		if s.kind == write {
			*(*uint32)(p) = 1
		} else {
			keep(uint64(*(*uint32)(p)))
		}
	case 8:
		if s.kind == write {
			*(*uint64)(p) = 1
		} else {
			keep(*(*uint64)(p))
		}
	}
}

func (w *world) run(i int, s *step) {
	switch s.kind {
	case read, write:
		ops[i](s, w.mem)
	case lockUnlock:
		w.mu[s.object].Lock()
		w.mu[s.object].Unlock()
	case rlockUnlock:
		w.rw[s.object].RLock()
		w.rw[s.object].RUnlock()
	case send:
		w.ch[s.object] <- i
	case receive:
		<-w.ch[s.object]
	case addAtomic:
		atomic.AddInt64(&w.word[s.object].n, 1)
	case loadAtomic:
		atomic.LoadInt64(&w.word[s.object].n)
	case storeAtomic:
		atomic.StoreInt64(&w.word[s.object].n, int64(i))
	}
}

// plan invents a run that cannot block: a channel is received from only when it holds something.
func plan(rng *rand.Rand) (goroutines int, steps []step) {
	goroutines = 2 + rng.Intn(5)
	n := 4 + rng.Intn(len(ops)-4)
	syncShare := rng.Intn(80)
	fullWidth := rng.Intn(3) == 0
	var held [objects]int
	for len(steps) < n {
		s := step{goroutine: rng.Intn(goroutines), object: rng.Intn(objects)}
		if rng.Intn(100) < syncShare {
			s.kind = lockUnlock + kind(rng.Intn(int(kinds-lockUnlock)))
			if s.kind == send && held[s.object] == depth || s.kind == receive && held[s.object] == 0 {
				continue
			}
			switch s.kind {
			case send:
				held[s.object]++
			case receive:
				held[s.object]--
			}
		} else {
			s.kind = kind(rng.Intn(2))
			s.width = 1 << rng.Intn(4)
			if fullWidth {
				s.width = 8
			}
			s.off = rng.Intn(8*words-s.width+1) &^ (s.width - 1)
			if rng.Intn(4) == 0 {
				s.off = rng.Intn(8*words - s.width + 1) // unaligned
			}
		}
		steps = append(steps, s)
	}
	return
}

type clock []int

func (c clock) join(d clock) {
	for i := range c {
		if d[i] > c[i] {
			c[i] = d[i]
		}
	}
}

func (c clock) copy() clock { return append(clock(nil), c...) }

type race struct {
	i, j  int
	fresh bool
}

// races lists the unordered conflicting pairs of a plan, and the vector clock of each step.
func races(goroutines int, steps []step) (found []race, at []clock) {
	now := make([]clock, goroutines)
	for g := range now {
		now[g] = make(clock, goroutines)
		now[g][g] = 1
	}
	var mu, word [objects]clock
	for i := range mu {
		mu[i], word[i] = make(clock, goroutines), make(clock, goroutines)
	}
	var queue [objects][]clock // what a channel holds: the clock of each send
	var slots [objects][]clock // the clocks of the receives that emptied its slots, oldest first
	at = make([]clock, len(steps))

	for j, s := range steps {
		c := now[s.goroutine]
		at[j] = c.copy()
		release := true
		switch s.kind {
		case lockUnlock:
			c.join(mu[s.object])
			mu[s.object] = c.copy()
		case rlockUnlock:
			// No writer ever locks, so nothing is ordered by it.  It ends the epoch all
			// the same.
		case send:
			// Sending and receiving exchange clocks with the slot: what a receive passes on to
			// the send that uses the slot next is what its goroutine knew before it.
			before := c.copy()
			if len(slots[s.object])+len(queue[s.object]) >= depth && len(slots[s.object]) > 0 {
				c.join(slots[s.object][0])
				slots[s.object] = slots[s.object][1:]
			}
			queue[s.object] = append(queue[s.object], before)
		case receive:
			before := c.copy()
			c.join(queue[s.object][0])
			queue[s.object] = queue[s.object][1:]
			slots[s.object] = append(slots[s.object], before)
		case addAtomic:
			c.join(word[s.object])
			word[s.object] = c.copy()
		case loadAtomic:
			c.join(word[s.object])
			release = false
		case storeAtomic:
			// Atomics are sequentially consistent: a store orders the stores before it
			// only towards those who observe it, but it does publish its own past.
			word[s.object] = c.copy()
		default:
			release = false
			for i := 0; i < j; i++ {
				o := steps[i]
				if o.kind > write || o.goroutine == s.goroutine || o.kind == read && s.kind == read ||
					o.off >= s.off+s.width || s.off >= o.off+o.width {
					continue
				}
				if at[i][o.goroutine] > c[o.goroutine] {
					found = append(found, race{i, j, fresh(steps, at, i, j)})
				}
			}
		}
		if release {
			c[s.goroutine]++
		}
	}
	return
}

// stands tells that step k makes step i unremarkable: it belongs to the same goroutine, no release lies
// between, and it touches at least the same bytes, writing if i writes.
func stands(steps []step, at []clock, k, i int) bool {
	o, s := steps[i], steps[k]
	return s.goroutine == o.goroutine && s.kind <= write && at[k][o.goroutine] == at[i][o.goroutine] &&
		s.off <= o.off && s.off+s.width >= o.off+o.width && (s.kind == write || o.kind == read)
}

// fresh tells that no neighbour stands for either side of the pair i, j.
func fresh(steps []step, at []clock, i, j int) bool {
	for k := i + 1; k < j; k++ {
		if stands(steps, at, k, i) {
			return false
		}
	}
	for k := 0; k < j; k++ {
		if stands(steps, at, k, j) {
			return false
		}
	}
	return true
}

// baton tells whose turn it is; not instrumented, so passing it on is no synchronisation.
type baton struct{ step int }

//go:norace
func (b *baton) await(i int) {
	for b.step != i {
		runtime.Gosched()
	}
}

//go:norace
func (b *baton) pass() { b.step++ }

func round(r int, rng *rand.Rand, show bool) {
	goroutines, steps := plan(rng)
	if show {
		for i, s := range steps {
			fmt.Fprintf(os.Stderr, "step %d: %s\n", i, s)
		}
	}
	perform(r, goroutines, steps)
}

func perform(r, goroutines int, steps []step) {
	w := &world{mem: new(cells)}
	for i := range w.ch {
		w.ch[i] = make(chan int, depth)
	}
	fmt.Fprintln(os.Stderr, "round", r)
	found, at := races(goroutines, steps)
	for i, s := range steps {
		if s.kind <= write {
			fmt.Fprintln(os.Stderr, "access", i, s.goroutine, s.off, s.width, strings.Trim(fmt.Sprint(at[i]), "[]"))
		}
	}
	for _, p := range found {
		l := 0
		if p.fresh {
			l = 1
		}
		fmt.Fprintln(os.Stderr, "race", p.i, p.j, l)
	}
	var b baton
	var wg sync.WaitGroup
	wg.Add(goroutines)
	for g := 0; g < goroutines; g++ {
		g := g
		go func() {
			quiet.Distinct(r, func() { // or a pair of steps would be reported in one round only
				for i := range steps {
					if steps[i].goroutine == g {
						b.await(i)
						w.run(i, &steps[i])
						b.pass()
					}
				}
			})
			wg.Done()
		}()
	}
	wg.Wait()
	fmt.Fprintln(os.Stderr, "done", r)
}

func main() {
	if quiet.Word(1, "") == "plan" {
		goroutines, steps := readPlan(quiet.Word(2, ""))
		perform(0, goroutines, steps)
		return
	}
	seed, rounds := quiet.Arg(1, 1), quiet.Arg(2, 100)
	only := quiet.Arg(3, -1)
	for r := 0; r < rounds; r++ {
		if only < 0 || r == only {
			round(r, rand.New(rand.NewSource(int64(seed)*1000003+int64(r))), r == only)
		}
	}
}
