//go:build cured

package histogram

// bins fills a line.
type bins struct {
	n [8]uint32
	_ [32]byte
}
