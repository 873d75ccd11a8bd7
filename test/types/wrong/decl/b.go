package decl

import "os"

func x() {}

func os() {}

type (
	M map[[]int]string
	N map[func()]G[int]
	O struct{ G[int, string] }
)

var fn func(_ ...int) (_ error) = nil

var _ = iota

const s string = 1
const t []int = nil
