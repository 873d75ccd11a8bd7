package foreign

// #include <stdint.h>
import "C"

import "sync/atomic"

// functions holds what C calls, by number.
var functions [16]func()

// next is the number of functions in use. It is atomic because the cases are not ordered by anything
// else.
var next atomic.Int32

func number(f func()) C.intptr_t {
	i := next.Add(1) - 1
	functions[i] = f
	return C.intptr_t(i)
}

//export hbForeignCall
func hbForeignCall(i C.intptr_t) { functions[i]() }
