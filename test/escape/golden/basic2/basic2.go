// Package basic2 is inlined into others.
package basic2

type Box struct{ p *int }

func (b *Box) Set(p *int) { b.p = p }
func (b *Box) Get() *int  { return b.p }

var kept []*int

func Keep(x int) { kept = append(kept, &x) }
