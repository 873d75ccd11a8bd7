package main

import _ "unsafe" // for linkname

//go:linkname entersyscall runtime.entersyscall
func entersyscall()

//go:linkname exitsyscall runtime.exitsyscall
func exitsyscall()

// withoutP sets *p as code does that runs between the two halves of a system call: the thread then
// holds no P.
//
//go:nosplit
func withoutP(p *int) {
	entersyscall()
	*p = 1
	exitsyscall()
}

func init() {
	shapes["without-p"] = func() {
		p := new(int)
		order(func() { withoutP(p) }, func() { *p = 2 })
	}
	shapes["without-p-second"] = func() {
		p := new(int)
		order(func() { *p = 2 }, func() { withoutP(p) })
	}
}
