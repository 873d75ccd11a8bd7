// Package linker knows a variable that is not its own.
package linker

import _ "unsafe" // for go:linkname

//go:linkname hits refuse.test/linked.hits
var hits int64

// Hits is how many there were.
func Hits() int64 { return hits }
