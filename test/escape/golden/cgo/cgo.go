// Package cgo: calls of C, and what goes to it.
package cgo

/*
#include <stdlib.h>
#include <string.h>

struct pair { int a, b; };

static int sum(struct pair *p) { return p->a + p->b; }
static int add(int a, int b) { return a + b; }
*/
import "C"

import "unsafe"

func text(s string) int {
	c := C.CString(s)
	defer C.free(unsafe.Pointer(c))
	return int(C.strlen(c))
}

func pair(a, b int) int {
	p := C.struct_pair{a: C.int(a), b: C.int(b)}
	return int(C.sum(&p))
}

func numbers(a, b int) (int, error) {
	n, err := C.add(C.int(a), C.int(b))
	return int(n), err
}

func bytes(b []byte) unsafe.Pointer { return C.CBytes(b) }

func kept(p *C.struct_pair) *C.struct_pair { return p }
