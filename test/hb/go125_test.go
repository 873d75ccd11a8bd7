//go:debug asynctimerchan=0
//go:build race && go1.25

package hb

import (
	"context"
	"os"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// What came with Go 1.25.

func (rules) TestNoRaceWaitGroupGo() {
	var wg sync.WaitGroup
	x := 0
	wg.Go(func() { x = 1 })
	wg.Wait()
	use(x)
}

func (rules) TestRaceWaitGroupGoTwo() {
	var wg sync.WaitGroup
	x, t := new(int), new(turn)
	wg.Go(func() { *x = 1; t.to(1) })
	wg.Go(func() { t.at(1); *x = 2 })
	wg.Wait()
}

func (rules) TestRaceWaitGroupGoWithoutWait() {
	var wg sync.WaitGroup
	x, t := 0, new(turn)
	wg.Go(func() { x = 1; t.to(1) })
	gone(t)
	use(x)
	wg.Wait()
}

// bubble runs f as synctest.Test does. That needs a *testing.T, and so package testing's runner. It
// says that there are no tests, and fails the bubble when the detector reports something, neither
// of which is news here: its words are dropped.
func bubble(f func(*testing.T)) {
	stdout, stderr := os.Stdout, os.Stderr
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	os.Stdout, os.Stderr = null, null
	startTesting.Do(func() { runner.Run() }) // RunTests needs what it sets up
	ran := false
	testing.RunTests(func(pat, str string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: "bubble",
		F:    func(t *testing.T) { synctest.Test(t, func(t *testing.T) { f(t); ran = true }) },
	}})
	os.Stdout, os.Stderr = stdout, stderr
	null.Close()
	if !ran {
		panic("the bubble's function did not return")
	}
}

var startTesting sync.Once

// Wait returns when all other goroutines of the bubble are durably blocked or have ended. What a
// goroutine did before it blocked happens before the return of Wait.

func (rules) TestNoRaceSynctestWait() {
	bubble(func(t *testing.T) {
		x, c := 0, make(chan int)
		go func() { x = 1; <-c }()
		synctest.Wait()
		use(x)
		close(c)
	})
}

func (rules) TestRaceSynctestNoWait() {
	bubble(func(t *testing.T) {
		x, c, done := 0, make(chan int), new(turn)
		go func() { x = 1; done.to(1); <-c }()
		spin(done, 1)
		use(x)
		close(c)
	})
}

func (rules) TestRaceSynctestAfterWait() {
	bubble(func(t *testing.T) {
		x, c, done := 0, make(chan int), new(turn)
		go func() { <-c; x = 1; done.to(1) }()
		synctest.Wait()
		c <- 0
		spin(done, 1)
		use(x)
	})
}

// Two goroutines that block are not ordered among themselves.
func (rules) TestRaceSynctestSiblings() {
	bubble(func(t *testing.T) {
		x, c, done := new(int), make(chan int), new(turn)
		go func() { *x = 1; done.to(1); <-c }()
		go func() { spin(done, 1); *x = 2; <-c }()
		synctest.Wait()
		close(c)
	})
}

// Time in a bubble passes when all are blocked, and orders nothing by itself.
func (rules) TestRaceSynctestSleep() {
	bubble(func(t *testing.T) {
		x := 0
		go func() { time.Sleep(time.Second); x = 1 }()
		time.Sleep(2 * time.Second)
		use(x)
	})
}

func (rules) TestNoRaceSynctestSleepThenWait() {
	bubble(func(t *testing.T) {
		x := 0
		go func() { time.Sleep(time.Second); x = 1 }()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		use(x)
	})
}

func (rules) TestNoRaceSynctestTimer() {
	bubble(func(t *testing.T) {
		x := 0
		time.AfterFunc(time.Second, func() { x = 1 })
		time.Sleep(2 * time.Second)
		synctest.Wait()
		use(x)
	})
}

// What was done in the bubble happens before the return of Test.
func (rules) TestNoRaceSynctestEnd() {
	x := 0
	bubble(func(t *testing.T) {
		go func() { x = 1 }()
	})
	use(x)
}

func (rules) TestNoRaceSynctestContext() {
	bubble(func(t *testing.T) {
		x := 0
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		context.AfterFunc(ctx, func() { x = 1 })
		time.Sleep(2 * time.Second)
		synctest.Wait()
		use(x)
	})
}

// spin is turn.at without sleeping, which in a bubble would let time pass.
//
//go:norace
//go:noinline
func spin(t *turn, n int32) {
	for t.n < n {
		runtime.Gosched()
	}
}
