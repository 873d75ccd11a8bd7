//go:build !cured

package revindex

// list is a slice's header, 24 bytes.
type list struct {
	links []uint32
}
