package embed

import _ "embed"

//go:embed a.go
var a, b string

//go:embed a.go
var c = "x"

//go:embed a.go
const d = 1

func f() {
	//go:embed a.go
	var e string
	_ = e
}
