// Package methods: receivers, embedding, method values and expressions.
package methods

import "sync"

type T struct {
	mu   sync.Mutex
	name *string
	Sub
}

type Sub struct{ p *int }

func (s Sub) Value() *int     { return s.p }
func (s *Sub) Pointer() **int { return &s.p }

func New(name string) *T    { return &T{name: &name} }
func (t *T) Name() string   { return *t.name }
func (t *T) Lock()          { t.mu.Lock() }
func (t T) copied() *string { return t.name }

type I interface {
	Value() *int
	Pointer() **int
}

func promoted(t *T) (*int, **int) { return t.Value(), t.Pointer() }
func asIface(t *T) I              { return t }
func bound(t *T) func() *int      { return t.Value }
func boundPtr(t T) func() **int   { return t.Pointer }
func boundIface(i I) func() *int  { return i.Value }
func expr() func(*T) **int        { return (*T).Pointer }
func exprIface() func(I) *int     { return I.Value }

func calls(t T, i I) {
	f := t.Value
	_ = f()
	(*T).Lock(&t)
	_ = I.Value(i)
	_ = t.copied()
	defer t.mu.Unlock()
	defer i.Value()
	go i.Pointer()
}

type F func(*int)

func (f F) Do(p *int) { f(p) }

func funcs(p *int) { F(func(*int) {}).Do(p) }
