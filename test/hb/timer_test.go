//go:build race

package hb

import (
	"context"
	"time"
)

// To start a timer (time.AfterFunc, NewTimer, NewTicker, Reset) is a release on the timer, and its
// firing acquires it: what precedes the start happens before the function that is called, or before
// the receive of the time that is sent. The memory model does not mention timers; package time's
// functions are explained by goroutines and channels.

const soon = time.Millisecond

func (rules) TestNoRaceAfterFunc() {
	x, t := 0, new(turn)
	x = 1
	time.AfterFunc(soon, func() { use(x); t.to(1) })
	t.at(1)
}

func (rules) TestRaceAfterFuncWriteAfter() {
	x, t := 0, new(turn)
	time.AfterFunc(soon, func() { t.at(1); use(x); t.to(2) })
	x = 1
	t.to(1)
	t.at(2)
}

// The function's end is ordered before nothing.
func (rules) TestRaceAfterFuncEnd() {
	x, t := 0, new(turn)
	time.AfterFunc(soon, func() { x = 1; t.to(1) })
	gone(t)
	use(x)
}

func (rules) TestNoRaceAfterFuncThroughChannel() {
	x, c := 0, make(chan int)
	time.AfterFunc(soon, func() { x = 1; c <- 0 })
	<-c
	use(x)
}

// Each function runs in a goroutine of its own.
func (rules) TestRaceAfterFuncTwo() {
	x, t := new(int), new(turn)
	time.AfterFunc(soon, func() { *x = 1; t.to(1) })
	time.AfterFunc(soon, func() { t.at(1); *x = 2; t.to(2) })
	t.at(2)
}

func (rules) TestNoRaceTimerChannel() {
	x := 0
	c := make(chan *time.Timer, 1)
	t := new(turn)
	together(
		func() { x = 1; c <- time.NewTimer(soon); t.to(1) },
		func() { t.at(1); <-(<-c).C; use(x) })
}

// The edge of the timer alone: its channel is known to the receiver beforehand.
func (rules) TestNoRaceTimerReset() {
	x, timer := 0, time.NewTimer(time.Hour)
	timer.Stop()
	inTurn(
		func() { x = 1; timer.Reset(soon) },
		func() { <-timer.C; use(x) })
}

func (rules) TestRaceTimerResetWriteAfter() {
	x, timer := 0, time.NewTimer(time.Hour)
	timer.Stop()
	inTurn(
		func() { timer.Reset(soon); x = 1 },
		func() { <-timer.C; use(x) })
}

func (rules) TestNoRaceAfterFuncReset() {
	x, t := 0, new(turn)
	timer := time.AfterFunc(time.Hour, func() { use(x); t.to(1) })
	timer.Stop()
	inTurn(func() { x = 1; timer.Reset(soon) })
	t.at(1)
}

func (rules) TestRaceAfterFuncResetWriteAfter() {
	x, t := 0, new(turn)
	timer := time.AfterFunc(time.Hour, func() { t.at(1); use(x); t.to(2) })
	timer.Stop()
	inTurn(func() { timer.Reset(soon); x = 1; t.to(1) })
	t.at(2)
}

// Stop passes nothing on: the one who starts the timer again knows nothing of it.
func (rules) TestRaceTimerStop() {
	x, timer := 0, time.NewTimer(time.Hour)
	inTurn(
		func() { x = 1; timer.Stop() },
		func() { timer.Reset(soon); <-timer.C; use(x) })
}

func (rules) TestNoRaceTicker() {
	x, t := 0, new(turn)
	c := make(chan *time.Ticker, 1)
	together(
		func() { x = 1; c <- time.NewTicker(soon); t.to(1) },
		func() {
			t.at(1)
			ticker := <-c
			<-ticker.C
			<-ticker.C
			use(x)
			ticker.Stop()
		})
}

func (rules) TestRaceTickerWriteAfter() {
	x := 0
	ticker := time.NewTicker(soon)
	inTurn(
		func() { x = 1 },
		func() { <-ticker.C; <-ticker.C; use(x) })
	ticker.Stop()
}

func (rules) TestNoRaceTimeAfter() {
	x, c := 0, make(chan (<-chan time.Time), 1)
	together(
		func() { x = 1; c <- time.After(soon) },
		func() { <-(<-c); use(x) })
}

// Who waits for a time in vain, and gives up, knows nothing.
func (rules) TestRaceTimeout() {
	x, c := 0, make(chan int)
	inTurn(
		func() { x = 1 },
		func() {
			select {
			case <-c:
			case <-time.After(soon):
			}
			use(x)
		})
}

// A context is a channel that is closed, and a mutex.

func (rules) TestNoRaceContextCancel() {
	ctx, cancel := context.WithCancel(context.Background())
	x := 0
	inTurn(func() { x = 1; cancel() }, func() { <-ctx.Done(); use(x) })
}

func (rules) TestRaceContextWriteAfterCancel() {
	ctx, cancel := context.WithCancel(context.Background())
	x := 0
	inTurn(func() { cancel(); x = 1 }, func() { <-ctx.Done(); use(x) })
}

func (rules) TestNoRaceContextErr() {
	ctx, cancel := context.WithCancel(context.Background())
	x := 0
	inTurn(func() { x = 1; cancel() }, func() {
		if ctx.Err() != nil {
			use(x)
		}
	})
}

func (rules) TestRaceContextReadBeforeDone() {
	ctx, cancel := context.WithCancel(context.Background())
	x := 0
	inTurn(func() { x = 1; cancel() }, func() { use(x); <-ctx.Done() })
}

func (rules) TestNoRaceContextChild() {
	ctx, cancel := context.WithCancel(context.Background())
	child, cancelChild := context.WithCancel(context.WithValue(ctx, rules{}, 1))
	x := 0
	inTurn(func() { x = 1; cancel() }, func() { <-child.Done(); use(x) })
	cancelChild()
}

// The parent learns nothing of the child's end.
func (rules) TestRaceContextChildToParent() {
	ctx, cancel := context.WithCancel(context.Background())
	child, cancelChild := context.WithCancel(ctx)
	x := 0
	inTurn(
		func() { x = 1; cancelChild(); use(child) },
		func() {
			select {
			case <-ctx.Done():
			default:
			}
			use(x)
		})
	cancel()
}

func (rules) TestNoRaceContextTimeout() {
	x, t := 0, new(turn)
	c := make(chan context.Context, 1)
	together(
		func() {
			x = 1
			ctx, cancel := context.WithTimeout(context.Background(), soon)
			c <- ctx
			t.at(1)
			cancel()
		},
		func() { <-(<-c).Done(); use(x); t.to(1) })
}

// The value that travels with a context is shared like any other.
func (rules) TestRaceContextValue() {
	ctx := context.WithValue(context.Background(), rules{}, keep(new(int)))
	inTurn(
		func() { *ctx.Value(rules{}).(*int) = 1 },
		func() { *ctx.Value(rules{}).(*int) = 2 })
}
