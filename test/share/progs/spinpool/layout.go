//go:build !cured

package spinpool

// spinlock is 4 bytes: 16 of them are one line.
type spinlock struct {
	state uint32
}
