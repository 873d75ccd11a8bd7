//go:build cured

package revindex

// list fills a line.
type list struct {
	links []uint32
	_     [40]byte
}
