// Package hb tests a race detector for Go rule by rule: what the Go memory model orders must stay
// silent, and what it leaves unordered must be reported. doc/happens-before.md lists the rules.
//
// # Cases
//
// Every case is a method of type rules, and its name says the verdict:
//
//	TestNoRace…  the accesses are ordered by a happens-before edge (or do not conflict): silence.
//	TestRace…    the edge is missing, or the accesses are on its wrong side: exactly one report,
//	             or as many as the case says with reports(n).
//	TestHidden…  a race by the letter of the memory model that the hooks of Go's own runtime and
//	             library keep from every detector, because they synchronise more than they must:
//	             silence, and the comment names the hook.
//	TestFalse…   the other way round: ordered by what Go's documentation promises, but no hook
//	             tells a detector: one report.
//
// They are methods, not test functions, because package testing fails each test during which the
// detector reports something. Here that is what half of the tests are for. TestMain finds the
// methods by reflection, runs them one after the other in this one process, and compares
// runtime.RaceErrors before and after each.
//
//	go test -race -v .                       all cases, with the stock runtime
//	gomm test -v -run 'Mutex' .              the cases whose name matches, with gomm's
//	HB_STOCK=1 go test -race .               forgives what the stock runtime is known to miss
//
// By default the stock runtime keeps silent about a race at an address at which it has reported
// one before, and the garbage collector gives out addresses again. So it finds all others only with
// GORACE=suppress_equal_addresses=0.
//
// # Order in time without order by happens-before
//
// A race that shows only if two goroutines meet at the right moment makes a bad test. So the
// goroutines of a case run one after the other, in an order that is fixed and that the detector
// cannot see. They hand over through a plain counter that only functions marked go:norace touch
// (type turn): the compiler does not instrument these functions, and what they call while they
// wait, runtime.Gosched and time.Sleep, holds no hook that would order anything. The detector is told
// of two accesses by two goroutines and of the synchronisation in the case, if there is any, and
// that is all it may judge by. On the hardware the hand-over is sound: the compiler moves no memory access over a
// call, and x86 keeps stores in order.
package hb
