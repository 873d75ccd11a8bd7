package heap

import "runtime/cgo"

type M map[cgo.Incomplete]int
type N map[int]struct{ x [2]cgo.Incomplete }
type C chan cgo.Incomplete
