package directives

import _ "strings"

func bodyless()

//go:linkname local runtime.nanotime
func local() int64

//go:embed a.go
var text string

//go:noinline
type T int

func f() {
	//go:noinline
	x := 1
	_ = x
} //go:nosplit
