//go:build !cured

package wordcount

// length is 8 bytes: those of all workers are on one line.
type length struct {
	n int
}
