//go:build cured

package spinpool

// spinlock fills a line.
type spinlock struct {
	state uint32
	_     [60]byte
}
