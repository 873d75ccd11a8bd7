//go:build race

package hb

import "gomm.dev/test/hb/dep"

// Initialisation of a package happens before that of the packages that import it, and before the
// start of main.main. A goroutine that init starts is a goroutine like any other.

var (
	madeByVariable = func() *pair { return &pair{1, 2} }()
	madeByInit     *pair
	stray          int
	strayGo        = make(chan int)
	strayDone      turn
)

func init() {
	madeByInit = &pair{len(dep.Table), dep.Table["a"]}
	go func() {
		<-strayGo
		stray = 1
		strayDone.to(1)
	}()
}

func (rules) TestNoRaceInitVariable() {
	inTurn(func() { use(madeByVariable.a) }, func() { use(madeByVariable.b) })
}

func (rules) TestNoRaceInitFunction() {
	inTurn(func() { use(madeByInit.a) }, func() { use(madeByInit.b) })
}

func (rules) TestNoRaceInitOfImportedPackage() {
	inTurn(func() { use(dep.Table["a"]) }, func() { use(len(dep.Order)) })
}

// The goroutine of init is ordered by its channel, as ever.
func (rules) TestNoRaceInitGoroutine() {
	close(dep.Proceed)
	<-dep.Done
	use(dep.Early)
}

func (rules) TestRaceInitGoroutine() {
	stockFails("after some 250 goroutines another one has the slot that this one had")
	close(strayGo)
	strayDone.at(1)
	use(stray)
}
