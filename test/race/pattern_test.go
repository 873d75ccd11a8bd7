// Package race has small programs with a race each, most of them in the shapes that Chabbi and Ramanathan found in
// Uber's code (PLDI 2022).  The comment above a test says which pattern its diagnosis is to name; test_race.sh
// compares.  Whatever the schedule, the two accesses are unordered and the evidence is there.
package race

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type counter struct {
	mu, other sync.Mutex
	n         int
}

// want RACE11
func TestLocksDiffer(t *testing.T) {
	var c counter
	done := make(chan bool)
	go func() {
		c.mu.Lock()
		c.n++
		c.mu.Unlock()
		done <- true
	}()
	c.other.Lock()
	c.n++
	c.other.Unlock()
	<-done
}

// want RACE12
func TestWriterLocksReaderDoesNot(t *testing.T) {
	var c counter
	done := make(chan bool)
	go func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.n++
		done <- true
	}()
	_ = c.n
	<-done
}

type table struct {
	mu   sync.RWMutex
	rows map[string]int
	hits int
}

func (t *table) get(k string) int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	t.hits++ // a write under RLock
	return t.rows[k]
}

func (t *table) set(k string, v int) {
	if k == "" {
		t.rows["empty"] = v // the path without the lock
		return
	}
	t.mu.Lock()
	t.rows[k] = v
	t.mu.Unlock()
}

// later: not at the very moment at which another goroutine is in the map, where Go itself would end the program ("concurrent map writes").
// It orders nothing.
func later() {
	time.Sleep(20 * time.Millisecond)
}

// want RACE12
func TestMissingLockInOnePath(t *testing.T) {
	tab := &table{rows: map[string]int{}}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); tab.set("x", 1) }()
	go func() { defer wg.Done(); later(); tab.set("", 1) }()
	wg.Wait()
}

// want RACE13
func TestWriteUnderRLock(t *testing.T) {
	tab := &table{rows: map[string]int{}}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); tab.get("x") }()
	go func() { defer wg.Done(); tab.get("y") }()
	wg.Wait()
}

type account struct {
	mu      sync.Mutex
	balance *int
}

// The receiver is a copy, and so is its mutex.
func (a account) add(n int) {
	a.mu.Lock()
	*a.balance += n
	a.mu.Unlock()
}

// want RACE14
func TestLockCopied(t *testing.T) {
	a := account{balance: new(int)}
	var wg sync.WaitGroup
	wg.Add(2)
	for i := 0; i < 2; i++ {
		go func() {
			defer wg.Done()
			a.add(1)
		}()
	}
	wg.Wait()
}

type lazy struct {
	mu    sync.Mutex
	value *int
}

func (l *lazy) get() *int {
	if l.value == nil {
		l.mu.Lock()
		if l.value == nil {
			l.value = new(int)
		}
		l.mu.Unlock()
	}
	return nil
}

// want RACE15
func TestDoubleChecked(t *testing.T) {
	var l lazy
	var g gate // who looks while the other one locks may be ordered by the mutex's own atomic operations
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		l.get()
		g.release()
	}()
	go func() {
		defer wg.Done()
		g.wait()
		l.get()
	}()
	wg.Wait()
}

// want RACE16
func TestMixedAtomic(t *testing.T) {
	var ready int32
	done := make(chan bool)
	go func() {
		atomic.StoreInt32(&ready, 1)
		done <- true
	}()
	_ = ready
	<-done
}

// A gate that orders nothing: what it does is not instrumented.
type gate struct{ open bool }

//go:norace
func (g *gate) wait() {
	for !g.open {
		runtime.Gosched()
	}
}

//go:norace
func (g *gate) release() { g.open = true }

// want RACE17
func TestAddInside(t *testing.T) {
	var wg, all sync.WaitGroup
	var g gate
	sum := 0
	all.Add(1)
	go func() {
		defer all.Done()
		g.wait() // so that Wait comes first
		wg.Add(1)
		defer wg.Done()
		sum += 1
	}()
	wg.Wait()
	sum += 2
	g.release()
	all.Wait()
}

// want RACE18
func TestDoneTooEarly(t *testing.T) {
	var wg sync.WaitGroup
	result := 0
	wg.Add(1)
	go func() {
		wg.Done()
		result = 1
	}()
	wg.Wait()
	_ = result
}

// want RACE18
func TestWriteAfterSend(t *testing.T) {
	type message struct{ id int }
	ch := make(chan *message)
	m := &message{}
	go func() {
		got := <-ch
		_ = got.id
	}()
	ch <- m
	m.id = 7
}

// want RACE19
func TestReadBeforeReceive(t *testing.T) {
	result := 0
	done := make(chan bool)
	go func() {
		result = 42
		done <- true
	}()
	_ = result
	<-done
}

// want RACE19
func TestReadBeforeWait(t *testing.T) {
	result := make([]int, 1)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		result[0] = 42
	}()
	_ = result[0]
	wg.Wait()
}

// want RACE20
func TestLoopVariable(t *testing.T) {
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = i * 2
		}()
	}
	wg.Wait()
}

// want RACE20
func TestRangeVariable(t *testing.T) {
	var wg sync.WaitGroup
	for _, name := range []string{"a", "b", "c"} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = len(name)
		}()
	}
	wg.Wait()
}

func fails() error { return errors.New("fails") }

// want RACE21
func TestCapturedErr(t *testing.T) {
	err := fails()
	done := make(chan bool)
	go func() {
		err = fails()
		done <- true
	}()
	err = fails()
	<-done
	_ = err
}

func named(done chan bool) (n int) {
	n = 10
	go func() {
		_ = n
		done <- true
	}()
	return 20
}

// want RACE22
func TestNamedResult(t *testing.T) {
	done := make(chan bool)
	named(done)
	<-done
}

// want RACE23
func TestCaptured(t *testing.T) {
	x := 0
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); x = 1 }()
	go func() {
		defer wg.Done()
		_ = x
	}()
	wg.Wait()
}

// want RACE24
func TestAppend(t *testing.T) {
	var all []int
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			all = append(all, i)
		}(i)
	}
	wg.Wait()
}

// want RACE25
func TestMapWhileRanged(t *testing.T) {
	m := map[int]int{1: 1, 2: 2}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		for k, v := range m {
			_, _ = k, v
		}
	}()
	go func() {
		defer wg.Done()
		later()
		m[3] = 3
	}()
	wg.Wait()
}

// want RACE25
func TestMapOtherKeys(t *testing.T) {
	m := map[int]int{}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); m[1] = 1 }()
	go func() {
		defer wg.Done()
		later()
		m[2] = 2
	}()
	wg.Wait()
}

type config struct {
	name    string
	timeout int
	tags    [4]int
}

// want RACE26
func TestStructCopied(t *testing.T) {
	c := &config{name: "a"}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		c.timeout = 3
	}()
	go func() {
		defer wg.Done()
		mine := *c
		_ = mine.name
	}()
	wg.Wait()
}

var stop bool

// want RACE27
func TestBusyWait(t *testing.T) {
	stop = false
	done := make(chan bool)
	go func() {
		for !stop {
			runtime.Gosched()
		}
		done <- true
	}()
	stop = true
	<-done
}

var slept int

// want RACE28
func TestSleep(t *testing.T) {
	go func() {
		slept = 1
	}()
	time.Sleep(200 * time.Millisecond)
	_ = slept
}
