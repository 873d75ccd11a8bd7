package race

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// What looks like one of the patterns, and is right; or is wrong in another way, which is to be named instead.

// want no race
func TestAlikeLocksDiffer(t *testing.T) { // two locks on each side, one of them in common
	var c counter
	done := make(chan bool)
	go func() {
		c.mu.Lock()
		c.other.Lock()
		c.n++
		c.other.Unlock()
		c.mu.Unlock()
		done <- true
	}()
	c.other.Lock()
	c.n++
	c.other.Unlock()
	<-done
}

// want no race
func TestAlikeUnlockedAfterWait(t *testing.T) {
	var c counter
	done := make(chan bool)
	go func() {
		c.mu.Lock()
		c.n++
		c.mu.Unlock()
		done <- true
	}()
	<-done
	_ = c.n
}

// want no race
func TestAlikeRLockReadsOnly(t *testing.T) {
	var mu sync.RWMutex
	n := 0
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.RLock()
			_ = n
			mu.RUnlock()
		}()
	}
	mu.Lock()
	n++
	mu.Unlock()
	wg.Wait()
}

func (a *account) deposit(n int) {
	a.mu.Lock()
	*a.balance += n
	a.mu.Unlock()
}

// want no race
func TestAlikePointerReceiver(t *testing.T) {
	a := account{balance: new(int)}
	var wg sync.WaitGroup
	wg.Add(2)
	for i := 0; i < 2; i++ {
		go func() {
			defer wg.Done()
			a.deposit(1)
		}()
	}
	wg.Wait()
}

// Two accounts with one balance: the same line locks two mutexes, neither of which is a copy.
//
// want RACE11
func TestAlikeLockCopied(t *testing.T) {
	balance := new(int)
	a, b := account{balance: balance}, account{balance: balance}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); a.deposit(1) }()
	go func() { defer wg.Done(); b.deposit(1) }()
	wg.Wait()
}

// want no race
func TestAlikeDoubleCheckedAtomic(t *testing.T) {
	var mu sync.Mutex
	var done uint32
	value := 0
	get := func() int {
		if atomic.LoadUint32(&done) == 0 {
			mu.Lock()
			if done == 0 {
				value = 1
				atomic.StoreUint32(&done, 1)
			}
			mu.Unlock()
		}
		return value
	}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); get() }()
	go func() { defer wg.Done(); get() }()
	wg.Wait()
}

// A check that locks inside, but for something else.
//
// want RACE12
func TestAlikeDoubleChecked(t *testing.T) {
	var c counter
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		if c.n == 0 {
			c.other.Lock()
			c.other.Unlock()
		}
	}()
	go func() {
		defer wg.Done()
		c.mu.Lock()
		c.n = 1
		c.mu.Unlock()
	}()
	wg.Wait()
}

// want no race
func TestAlikePlainAfterAtomic(t *testing.T) { // plain, but ordered by Wait
	var n int64
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		atomic.AddInt64(&n, 1)
	}()
	wg.Wait()
	_ = n
}

// want no race
func TestAlikeAddInside(t *testing.T) { // Add inside, but of a goroutine that is waited for itself
	var wg sync.WaitGroup
	sum := 0
	wg.Add(1)
	go func() {
		defer wg.Done()
		wg.Add(1)
		go func() {
			defer wg.Done()
			sum++
		}()
	}()
	wg.Wait()
	_ = sum
}

// want no race
func TestAlikeDoneDeferred(t *testing.T) { // defer stands above, and runs below
	var wg sync.WaitGroup
	result := 0
	wg.Add(1)
	go func() {
		defer wg.Done()
		result = 1
	}()
	wg.Wait()
	_ = result
}

// want no race
func TestAlikeWriteBeforeSend(t *testing.T) { // a loop: the write is below the send of the round before
	ch, back := make(chan *counter), make(chan bool)
	go func() {
		for c := range ch {
			_ = c.n
			back <- true
		}
	}()
	c := &counter{}
	for i := 0; i < 3; i++ {
		ch <- c
		<-back
		c.n = i
	}
	close(ch)
}

// want no race
func TestAlikeReadThenReceive(t *testing.T) { // the read below is of what nobody writes any more
	result := 0
	done := make(chan bool)
	go func() {
		result = 42
		done <- true
		done <- true
	}()
	<-done
	_ = result
	<-done
}

// want no race
func TestAlikeLoopVariable(t *testing.T) {
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		i := i
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = i * 2
		}()
	}
	wg.Wait()
}

// In a loop, but not its variable.
//
// want RACE23
func TestAlikeLoopCaptured(t *testing.T) {
	var wg sync.WaitGroup
	last := 0
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			last = i
		}(i)
	}
	wg.Wait()
	_ = last
}

// want no race
func TestAlikeErrShadowed(t *testing.T) {
	err := fails()
	done := make(chan bool)
	go func() {
		err := fails()
		_ = err
		done <- true
	}()
	err = fails()
	<-done
	_ = err
}

// want no race
func TestAlikeAppendOwn(t *testing.T) {
	all := make([][]int, 2)
	var wg sync.WaitGroup
	for i := range all {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			all[i] = append(all[i], i)
		}(i)
	}
	wg.Wait()
}

// Elements, not the header.
//
// want RACE01
func TestAlikeAppend(t *testing.T) {
	all := make([]int, 0, 1)
	var wg sync.WaitGroup
	fill := func(mine []int, i int) {
		defer wg.Done()
		mine = append(mine, i)
		_ = mine
	}
	wg.Add(2)
	go fill(all, 1)
	go fill(all, 2)
	wg.Wait()
}

// want no race
func TestAlikeMapRangedLocked(t *testing.T) {
	var mu sync.Mutex
	m := map[int]int{1: 1}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		mu.Lock()
		defer mu.Unlock()
		for k := range m {
			_ = k
		}
	}()
	go func() {
		defer wg.Done()
		mu.Lock()
		m[3] = 3
		mu.Unlock()
	}()
	wg.Wait()
}

// A pointer is copied, not the struct.
//
// want RACE01
func TestAlikeStructCopied(t *testing.T) {
	c := &config{}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		c.timeout = 3
	}()
	go func() {
		defer wg.Done()
		mine := c
		_ = mine.timeout
	}()
	wg.Wait()
}

// want no race
func TestAlikeBusyWaitAtomic(t *testing.T) {
	var stop int32
	value := 0
	done := make(chan bool)
	go func() {
		for atomic.LoadInt32(&stop) == 0 {
			time.Sleep(time.Microsecond)
		}
		_ = value
		done <- true
	}()
	value = 1
	atomic.StoreInt32(&stop, 1)
	<-done
}

// want no race
func TestAlikeSleep(t *testing.T) { // sleeps, and waits too
	var wg sync.WaitGroup
	wg.Add(1)
	n := 0
	go func() {
		defer wg.Done()
		n = 1
	}()
	time.Sleep(time.Millisecond)
	wg.Wait()
	_ = n
}

// The Add inside is of a goroutine that the worker starts, and the Wait above ended before there was the worker.
//
// want RACE19
func TestAlikeAddForAnother(t *testing.T) {
	var wg sync.WaitGroup
	n := new(int)
	worker := func() {
		defer wg.Done()
		wg.Add(1)
		go func() { defer wg.Done() }()
		*n = 1
	}
	wg.Add(1)
	go worker()
	wg.Wait()
	wg.Add(1)
	go worker()
	*n = 2
	wg.Wait()
}

// The worker adds itself, but what was waited for was over before it began.
//
// want RACE01
func TestAlikeAddAfterWait(t *testing.T) {
	var wg, all sync.WaitGroup
	n := new(int)
	wg.Wait()
	all.Add(1)
	go func() {
		wg.Add(1)
		*n = 1
		wg.Done()
		finish(&all)
	}()
	*n = 2
	all.Wait()
}

// What is received below is that it has begun: to receive it earlier would order nothing.
//
// want RACE01
func TestAlikeReceivedBelow(t *testing.T) {
	begun := make(chan bool, 1)
	n := new(int)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		begun <- true
		*n = 1
		finish(&wg)
	}()
	*n = 2
	<-begun
	wg.Wait()
}

func finish(wg *sync.WaitGroup) { wg.Done() }

var slow bool

// want RACE01
func TestAlikeNoSleep(t *testing.T) { // it may sleep, and does not
	n := new(int)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		*n = 1
		finish(&wg)
	}()
	if slow {
		time.Sleep(time.Second)
	}
	*n = 2
	wg.Wait()
}

// Locks that have nothing to do with the variable, in a caller far away, are no pattern.
//
// want RACE01
func TestAlikeUnrelatedLock(t *testing.T) {
	var mu sync.Mutex
	p := new(int)
	var wg sync.WaitGroup
	wg.Add(1)
	go writeAt(p, &wg)
	mu.Lock()
	run := make(chan bool)
	mu.Unlock()
	close(run)
	writeAt(p, nil)
	wg.Wait()
}

func writeAt(p *int, wg *sync.WaitGroup) {
	*p = 1
	if wg != nil {
		wg.Done()
	}
}
