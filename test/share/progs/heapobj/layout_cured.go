//go:build cured

package heapobj

// counter fills two lines; n is 64 bytes and more away from the next counter's.
type counter struct {
	name string
	_    [48]byte
	n    int64
	_    [56]byte
}
