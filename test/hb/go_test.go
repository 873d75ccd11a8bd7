//go:build race

package hb

import "runtime"

// The go statement happens before the start of the goroutine's execution. The exit of a goroutine
// happens before nothing at all.

func (rules) TestNoRaceGoStatement() {
	x, t := 0, new(turn)
	x = 1
	go func() {
		use(x)
		t.to(1)
	}()
	t.at(1)
}

func (rules) TestRaceGoStatementWriteAfter() {
	x, t := 0, new(turn)
	go func() {
		t.at(1)
		use(x)
		t.to(2)
	}()
	x = 1
	t.to(1)
	t.at(2)
}

// The creator of a goroutine knows what came before, and its own creator passes that on.
func (rules) TestNoRaceGoStatementChain() {
	x, t := 0, new(turn)
	x = 1
	go func() {
		go func() {
			x = 2
			go func() {
				use(x)
				t.to(1)
			}()
		}()
	}()
	t.at(1)
}

// Function value and arguments are evaluated by the goroutine that executes the go statement.
func (rules) TestNoRaceGoStatementArguments() {
	x, t := 1, new(turn)
	go func(v int) {
		use(v)
		t.to(1)
	}(x)
	x = 2
	t.at(1)
}

type receiver struct{ n int }

func (r receiver) tell(t *turn)   { use(r.n); t.to(1) }
func (r *receiver) touch(t *turn) { t.at(1); r.n++; t.to(2) }

func (rules) TestNoRaceGoStatementReceiver() {
	r, t := keep(&receiver{1}), new(turn)
	go r.tell(t)
	r.n = 2
	t.at(1)
}

func (rules) TestRaceGoStatementPointerReceiver() {
	r, t := keep(&receiver{1}), new(turn)
	go r.touch(t)
	use(r.n)
	t.to(1)
	t.at(2)
}

func (rules) TestRaceGoSiblings() {
	x := new(int)
	inTurn(func() { *x = 1 }, func() { *x = 2 })
}

// gone waits until t says that a goroutine is about to end, and lets it.
func gone(t *turn) {
	t.at(1)
	settle()
}

func (rules) TestRaceGoExit() {
	x, t := 0, new(turn)
	go func() {
		x = 1
		t.to(1)
	}()
	gone(t)
	use(x)
}

func (rules) TestRaceGoExitByGoexit() {
	x, t := 0, new(turn)
	go func() {
		defer t.to(1)
		x = 1
		runtime.Goexit()
	}()
	gone(t)
	use(x)
}

// What a goroutine did is not part of what its creator passes on later.
func (rules) TestRaceGoExitOfGrandchild() {
	x, c, t := 0, make(chan int), new(turn)
	go func() {
		go func() {
			x = 1
			t.to(1)
		}()
		gone(t)
		c <- 1
	}()
	<-c
	use(x)
}

// A new goroutine does not inherit from one that exited before, even if the runtime reuses its
// descriptor and its stack.
func (rules) TestRaceGoReusedDescriptor() {
	x, one, two, three := 0, new(turn), new(turn), new(turn)
	go func() {
		two.at(1)
		go func() {
			use(x)
			three.to(1)
		}()
	}()
	go func() {
		x = 1
		one.to(1)
	}()
	gone(one)
	two.to(1)
	three.at(1)
}

// Time orders nothing.
func (rules) TestRaceSleep() {
	x := new(int)
	together(func() { *x = 1 }, func() { settle(); *x = 2 })
}
