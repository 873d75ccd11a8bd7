//go:build go1.20

package buffer

import "unsafe"

// unsafe.SliceData came with Go 1.20.
func KeepData(n int) uint64 {
	b := make([]byte, 8*n)
	fill(b, 'x')
	return *(*uint64)(unsafe.Pointer(unsafe.SliceData(b)))
}
