package decl

const a, b = 1

const (
	c = 1 << iota
	d, e
)

var x, y = 1, 2, 3

func init() int { return 1 }

var init = 1

type T struct {
	f int
	f string
	*int
	m int
}

func (t *T) m() {}
func (t T) n()  {}
func (t *T) n() {}

func (u undefinedType) k() {}
func (i int) k()           {}

type I interface {
	M()
	M()
	_()
}

func f[P any, Q P](p P) {}

type A[P any] = P

type G[P any] struct{}

func (g G[int]) one()  {}
func (g G[A, B]) two() {}
func (g G) three()     {}

var z [n]int
var w [-1]int
var v [1.5]int
var u [...]int
