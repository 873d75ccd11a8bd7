//go:build race && cgo

package hb

import "gomm.dev/test/hb/foreign"

// Calls between Go and C. All of them release and acquire one variable (runtime/cgocall.go,
// racecgosync), because the detector sees nothing of the synchronisation in C: a call of C releases
// it before and acquires it after, a call back from C acquires it before and releases it after.

func (rules) TestNoRaceCgoThread() {
	x, y := 0, 0
	x = 1
	t := foreign.Start(func() { use(x); y = 1 })
	t.Join()
	use(y)
}

func (rules) TestRaceCgoThreadWriteAfter() {
	x, t := 0, new(turn)
	thread := foreign.Start(func() { t.at(1); use(x); t.to(2) })
	x = 1
	t.to(1)
	t.at(2)
	thread.Join()
}

func (rules) TestRaceCgoThreadNotJoined() {
	stockFails("after some 250 goroutines another one has the slot that the thread's context had")
	x, t := 0, new(turn)
	thread := foreign.Start(func() { t.at(1); x = 1; t.to(2) })
	t.to(1)
	t.at(2)
	use(x)
	thread.Join()
}

func (rules) TestNoRaceCgoCallBack() {
	x := 0
	inTurn(func() {
		x = 1
		foreign.Back(func() { use(x); x = 2 })
		use(x)
	})
}

// One variable for all calls, whatever they do.
func (rules) TestHiddenCgoTwoCalls() {
	x := new(int)
	inTurn(
		func() { *x = 1; foreign.Nothing() },
		func() { foreign.Nothing(); *x = 2 })
}
