// Programs whose shared cache lines are known, and what must be said of them (include/gomm/events.h).
//
//	prog CASE ADDRESSES          runs the case, writes where it all lies
//	prog check CASE ADDRESSES EVENTS
//
// A check exits with 3 if the two sides did not run side by side often enough to say anything: the machine was busy.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

type testCase struct {
	run   func() []unsafe.Pointer
	check func(e *events, at []uint64) error
}

var cases = map[string]testCase{
	"fields":     {fields, checkFields},
	"atomics":    {atomics, checkAtomics},
	"bytes":      {bytes, checkBytes},
	"guarded":    {guarded, checkGuarded},
	"rwmutex":    {rwmutex, checkRWMutex},
	"true":       {trueSharing, checkTrue},
	"phases":     {phases, checkNothing},
	"separate":   {separate, checkNothing},
	"alone":      {alone, checkNothing},
	"readers":    {readers, checkNothing},
	"globals":    {globals, checkGlobals},
	"neighbours": {neighbours, checkNeighbours},
	"readmostly": {readMostly, checkReadMostly},
	"elements":   {elements, checkElements},
	"pair":       {pair, checkPair},
	"shift":      {shift, checkShift},
	"race":       {race, checkNothing},
	"lives":      {lives, checkLives},
	"crowd":      {crowd, checkCrowd},
}

// side has the functions called in turn, each on a goroutine of its own, so that what one does meets what the others do
// however busy the machine is: for n rounds, and as long as time says.
func side(n int, length time.Duration, fs ...func()) {
	var wg sync.WaitGroup
	var at [32]int64 // at[16]: whose turn it is, far from all else
	turn := &at[16]
	end := time.Now().Add(length)
	for i, f := range fs {
		i, f := int64(i), f
		wg.Add(1)
		go func() {
			defer wg.Done()
			for k := 0; k < n || time.Now().Before(end); k++ {
				for want := int64(k)*int64(len(fs)) + i; atomic.LoadInt64(turn) != want; {
					if atomic.LoadInt64(turn) > want { // somebody has left
						return
					}
					if len(fs) > 2 {
						runtime.Gosched()
					}
					syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
				}
				f()
				atomic.AddInt64(turn, 1)
			}
			atomic.AddInt64(turn, 1<<40) // any number of times
		}()
	}
	wg.Wait()
}

// together is side, for as long as most take.
func together(fs ...func()) { side(60, 0, fs...) }

func pointers(ps ...unsafe.Pointer) []unsafe.Pointer { return ps }

// ---- what is checked ----

type frame struct {
	Fn   string
	File string
	Line int
}

type line struct {
	Addr    string
	Size    uint64
	Virtual *string
	Lives   int

	Windows        int
	Shared_windows int
	Accesses       int
	Transfers      int
	Same_word      int
	Moves          int
	Folded         int
	First_ns       int
	Last_ns        int

	Processors []struct{ From, To, Transfers int }
	Goroutines []struct {
		Goroutine, Accesses, Transfers int
		Main                           bool
		Created_by                     int
		Created                        []frame
	}
	Words []struct {
		Offset                              uint64
		Goroutine                           int
		Read, Write, Load, Store, Rmw, Lock int
		Transfers                           int
	}
	Sites []struct {
		Kind                string
		Goroutines          []int
		Accesses, Transfers int
		Spans               [][2]uint64
		Locks               []string
		Stack               []frame
	}
	Objects []struct {
		From, To uint64
		Object   struct {
			Kind, Name, Base string
			Size, Offset     uint64
			Stack            []frame
		}
	}
	addr uint64
}

type events struct {
	lines []*line
	share struct {
		Check                        bool
		Ns, Observed_ns, Accesses    int
		Observed, Windows, Lines     int
		Reported, Processors, Bursts int
	}
}

func read(name string) (*events, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	e := new(events)
	shares, reported := 0, 0
	for _, s := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		var is struct{ Event string }
		if err := json.Unmarshal([]byte(s), &is); err != nil {
			return nil, fmt.Errorf("%v in %s", err, s)
		}
		switch is.Event {
		case "line":
			l := new(line)
			if err := json.Unmarshal([]byte(s), l); err != nil {
				return nil, fmt.Errorf("%v in %s", err, s)
			}
			reported++
			l.addr, _ = strconv.ParseUint(l.Addr, 0, 64)
			if err := l.consistent(); err != nil {
				return nil, fmt.Errorf("%v in %s", err, s)
			}
			e.lines = append(e.lines, l)
		case "share":
			shares++
			if err := json.Unmarshal([]byte(s), &e.share); err != nil {
				return nil, err
			}
		}
	}
	if shares != 1 || reported != e.share.Reported || e.share.Observed == 0 || e.share.Processors == 0 && reported > 0 {
		return nil, fmt.Errorf("%d lines, %d times share: %+v", reported, shares, e.share)
	}
	return e, nil
}

// consistent: the parts of the event say the same.
func (l *line) consistent() error {
	byWord, byG, bySite, transfers, sizes := 0, 0, l.Folded, 0, 0
	for _, w := range l.Words {
		byWord += w.Read + w.Write + w.Load + w.Store + w.Rmw + w.Lock
		transfers += w.Transfers
		if w.Offset%8 != 0 || w.Offset >= l.Size {
			return fmt.Errorf("word at %d", w.Offset)
		}
	}
	for _, g := range l.Goroutines {
		byG += g.Accesses
	}
	for _, s := range l.Sites {
		bySite += s.Accesses
		for _, span := range s.Spans {
			if span[1] == 0 || span[0]+span[1] > l.Size {
				return fmt.Errorf("span %v", span)
			}
		}
		if len(s.Spans) == 0 || len(s.Stack) == 0 || len(s.Goroutines) == 0 {
			return fmt.Errorf("site %+v", s)
		}
	}
	for _, o := range l.Objects {
		sizes += int(o.To - o.From)
		if o.From >= o.To || o.To > l.Size || o.Object.Size == 0 {
			return fmt.Errorf("object %+v", o)
		}
	}
	virtual := l.Virtual != nil
	switch {
	case byWord != l.Accesses || byG != l.Accesses || bySite != l.Accesses:
		return fmt.Errorf("accesses %d, by word %d, goroutine %d, site %d", l.Accesses, byWord, byG, bySite)
	case l.Transfers < 16 || l.Same_word > l.Transfers || l.Shared_windows > l.Windows:
		return fmt.Errorf("transfers, windows")
	case !virtual && transfers > l.Transfers, virtual && transfers != 0:
		return fmt.Errorf("transfers of words %d", transfers)
	case l.addr%64 != 0 != (virtual && *l.Virtual == "shift"):
		return fmt.Errorf("address")
	case sizes > int(l.Size):
		return fmt.Errorf("objects have %d bytes", sizes)
	}
	return nil
}

var errBusy = fmt.Errorf("the machine was too busy")

// find returns the line that holds addr, which must be there; virtual: "" for one of the machine.
func (e *events) find(addr uint64, virtual string) (*line, error) {
	for _, l := range e.lines {
		is := ""
		if l.Virtual != nil {
			is = *l.Virtual
		}
		if is == virtual && addr-l.addr < l.Size {
			if l.Transfers < 20 {
				return nil, errBusy
			}
			return l, nil
		}
	}
	return nil, errBusy
}

// users: how many goroutines did more than one per cent of what was done to the word, by kind of access.
func (l *line) users(addr uint64) map[string]int {
	n := map[string]int{}
	for _, w := range l.Words {
		if w.Offset != (addr-l.addr)&^7 {
			continue
		}
		for kind, count := range map[string]int{"read": w.Read, "write": w.Write, "load": w.Load, "store": w.Store,
			"rmw": w.Rmw, "lock": w.Lock} {
			if count > l.Accesses/100 {
				n[kind]++
			}
		}
	}
	return n
}

func (l *line) want(addr uint64, want map[string]int) error {
	if got := l.users(addr); fmt.Sprint(got) != fmt.Sprint(want) {
		return fmt.Errorf("users of %#x are %v, want %v", addr, got, want)
	}
	return nil
}

// site finds the busiest one of the function.
func (l *line) site(fn string, kind string) (spans [][2]uint64, locks []string, err error) {
	for _, s := range l.Sites {
		for i, f := range s.Stack {
			if f.Fn == fn && s.Kind == kind && i <= 3 {
				return s.Spans, s.Locks, nil
			}
		}
	}
	return nil, nil, fmt.Errorf("no %s in %s", kind, fn)
}

func (l *line) falseSharing() error {
	if l.Same_word*20 > l.Transfers {
		return fmt.Errorf("%d of %d transfers are for the same word", l.Same_word, l.Transfers)
	}
	return nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// object: what lies at addr was allocated in fn.
func (l *line) object(addr uint64, size uint64, fn string) error {
	for _, o := range l.Objects {
		if at := addr - l.addr; o.From <= at && at < o.To {
			base, _ := strconv.ParseUint(o.Object.Base, 0, 64)
			if o.Object.Kind != "heap" || base+o.Object.Offset != l.addr+o.From {
				return fmt.Errorf("object %+v", o)
			}
			if o.Object.Size != size || len(o.Object.Stack) == 0 || o.Object.Stack[0].Fn != fn {
				return fmt.Errorf("object %+v, want %d bytes of %s", o, size, fn)
			}
			return nil
		}
	}
	return fmt.Errorf("no object at %#x", addr)
}

// checkNothing: no transfers on the lines of these addresses.
func checkNothing(e *events, at []uint64) error {
	for _, l := range e.lines {
		for _, a := range at {
			if a-l.addr < l.Size && l.Virtual == nil {
				return fmt.Errorf("line %#x has %d transfers of %d accesses", l.addr, l.Transfers, l.Accesses)
			}
		}
	}
	return nil
}

func main() {
	if len(os.Args) == 5 && os.Args[1] == "check" {
		os.Exit(check(os.Args[2], os.Args[3], os.Args[4]))
	}
	c, ok := cases[os.Args[1]]
	if len(os.Args) != 3 || !ok {
		fmt.Fprintln(os.Stderr, "usage: see main.go")
		os.Exit(2)
	}
	var out strings.Builder
	kept := c.run()
	for _, p := range kept {
		fmt.Fprintf(&out, "%#x\n", uintptr(p))
	}
	if err := os.WriteFile(os.Args[2], []byte(out.String()), 0o666); err != nil {
		panic(err)
	}
	runtime.KeepAlive(kept)
}

func check(name, addresses, file string) int {
	data, err := os.ReadFile(addresses)
	var at []uint64
	for _, s := range strings.Fields(string(data)) {
		a, _ := strconv.ParseUint(s, 0, 64)
		at = append(at, a)
	}
	var e *events
	if err == nil {
		e, err = read(file)
	}
	if err == nil {
		err = cases[name].check(e, at)
	}
	if err != nil {
		fmt.Println(err)
	}
	switch err {
	case nil:
		return 0
	case errBusy:
		return 3
	}
	return 1
}
