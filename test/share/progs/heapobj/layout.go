//go:build !cured

package heapobj

// counter is 24 bytes: two or three are on a line.
type counter struct {
	name string
	n    int64
}
