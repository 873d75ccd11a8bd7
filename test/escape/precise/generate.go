//go:build ignore

// generate writes a random Go program that moves pointers about: through fields, pointers to pointers, slices, arrays,
// closures, interfaces, method values, deferred calls, loops and recursion.  It ends always and prints a sum of what it has
// read, which does not depend on where things lie.
//
//	go run generate.go -seed N >main.go
package main

import (
	"flag"
	"fmt"
	"math/rand"
	"os"
	"strings"
)

type gen struct {
	r     *rand.Rand
	b     strings.Builder
	ind   int
	n     int
	scope []vars
	loop  int
	funcs int
	self  int
	lit   int
	res   string
}

// names in scope, by kind
type vars map[string][]string

const (
	ptr   = "*N"
	val   = "N"
	pptr  = "**N"
	slice = "[]*N"
	iface = "I"
	fn    = "func(*N) *N"
)

func (g *gen) p(f string, a ...any) {
	g.b.WriteString(strings.Repeat("\t", g.ind))
	fmt.Fprintf(&g.b, f+"\n", a...)
}
func (g *gen) push() { g.scope = append(g.scope, vars{}); g.ind++ }
func (g *gen) pop()  { g.scope = g.scope[:len(g.scope)-1]; g.ind-- }
func (g *gen) name(k string) string {
	g.n++
	s := fmt.Sprintf("%s%d", map[string]string{ptr: "p", val: "x", pptr: "q", slice: "s", iface: "i", fn: "f"}[k], g.n)
	return s
}
func (g *gen) add(k, s string) { g.scope[len(g.scope)-1][k] = append(g.scope[len(g.scope)-1][k], s) }
func (g *gen) any(k string) string {
	var all []string
	for _, s := range g.scope {
		all = append(all, s[k]...)
	}
	if len(all) == 0 {
		return ""
	}
	if g.r.Intn(3) > 0 && len(all) > 3 { // rather a late one
		return all[len(all)-1-g.r.Intn(3)]
	}
	return all[g.r.Intn(len(all))]
}

// place is something of type *N that can be assigned to; guard is what must not be nil for it.
func (g *gen) place() (place, guard string) {
	switch g.r.Intn(9) {
	case 0:
		if v := g.any(ptr); v != "" {
			return v, ""
		}
	case 1, 2:
		if v := g.any(ptr); v != "" {
			return v + g.field(), v
		}
	case 3:
		if v := g.any(val); v != "" {
			return v + g.field(), ""
		}
	case 4:
		if v := g.any(pptr); v != "" {
			return "*" + v, v
		}
	case 5:
		if v := g.any(slice); v != "" {
			return v + "[0]", ""
		}
	case 6:
		if v := g.any(pptr); v != "" {
			return "(*" + v + ")" + g.field(), v + " != nil && *" + v
		}
	case 7:
		if g.r.Intn(12) == 0 {
			return "G", ""
		}
	}
	if v := g.any(ptr); v != "" {
		return v, ""
	}
	return "_", ""
}

func (g *gen) field() string {
	return []string{".a", ".b", ".arr[0]", ".arr[1]", ".in.p", ".in.q"}[g.r.Intn(6)]
}

// expr is something of type *N, perhaps nil.
func (g *gen) expr(depth int) string {
	switch g.r.Intn(13) {
	case 0, 1, 2, 3:
		if v := g.any(ptr); v != "" {
			return v
		}
	case 4, 5, 6:
		if v := g.any(val); v != "" {
			return "&" + v
		}
	case 7:
		if v := g.any(slice); v != "" {
			return v + "[0]"
		}
	case 8:
		return fmt.Sprintf("&N{v: %d}", g.r.Intn(90)+1)
	case 9:
		if v := g.any(pptr); v != "" {
			return "get(" + v + ")"
		}
	case 10:
		if v := g.any(ptr); v != "" {
			return "rd(" + v + ")" + g.field()
		}
	case 11:
		if v := g.any(iface); v != "" && depth < 2 {
			return v + ".M(" + g.expr(depth+1) + ")"
		}
	case 12:
		if v := g.any(fn); v != "" && depth < 2 {
			return v + "(" + g.expr(depth+1) + ")"
		}
	}
	return fmt.Sprintf("&N{v: %d}", g.r.Intn(90)+1)
}

func (g *gen) pp() string {
	switch g.r.Intn(4) {
	case 0:
		if v := g.any(pptr); v != "" {
			return v
		}
	case 1:
		if v := g.any(val); v != "" {
			return "&" + v + g.field()
		}
	case 2:
		if v := g.any(slice); v != "" {
			return "&" + v + "[0]"
		}
	}
	if v := g.any(ptr); v != "" {
		return "&" + v
	}
	return "new(*N)"
}

func (g *gen) iface() string {
	switch g.r.Intn(4) {
	case 0:
		if v := g.any(iface); v != "" {
			return v
		}
	case 1:
		return fmt.Sprintf("&A{p: %s}", g.expr(1))
	case 2:
		return fmt.Sprintf("B{p: %s, n: %d}", g.expr(1), g.r.Intn(9))
	}
	return fmt.Sprintf("&C{N: N{v: %d, a: %s}}", g.r.Intn(9)+1, g.expr(1))
}

func (g *gen) fun() string {
	switch g.r.Intn(5) {
	case 0:
		if v := g.any(fn); v != "" {
			return v
		}
	case 1:
		if v := g.any(iface); v != "" {
			return v + ".M"
		}
	case 2:
		return "id"
	}
	return ""
}

func (g *gen) declare(k, f string, a ...any) {
	v := g.name(k)
	g.p("%s := "+f, append([]any{v}, a...)...)
	g.p("_ = %s", v)
	g.add(k, v)
}

func (g *gen) block(n int) {
	g.push()
	for i := 0; i < n; i++ {
		g.stmt()
	}
	g.pop()
}

func (g *gen) literal() {
	v := g.name(fn)
	g.n++
	arg := fmt.Sprintf("p%d", g.n)
	g.p("%s := func(%s *N) *N {", v, arg)
	loop, res := g.loop, g.res
	g.loop, g.res = 0, "lit"
	g.lit++
	g.push()
	g.add(ptr, arg)
	g.p("if !tick() { return %s }", arg)
	for i := g.r.Intn(3); i >= 0; i-- {
		g.stmt()
	}
	if g.r.Intn(3) == 0 {
		g.p("return %s", g.expr(1))
	} else {
		g.p("return %s", arg)
	}
	g.pop()
	g.lit--
	g.loop, g.res = loop, res
	g.p("}")
	g.p("_ = %s", v)
	g.add(fn, v)
}

func (g *gen) call() {
	f := g.r.Intn(g.self + 1)
	if g.r.Intn(12) == 0 {
		f = g.r.Intn(g.funcs)
	}
	fun := g.fun()
	if fun == "" {
		fun = "id"
	}
	c := fmt.Sprintf("g%d(%s, %s, %s, %s, %s, d-1)", f, g.expr(1), g.expr(1), g.pp(), g.iface(), fun)
	g.p("if d > 0 && tick() {")
	if g.r.Intn(2) == 0 {
		v := g.name(ptr)
		g.ind++
		g.p("%s, e := %s", v, c)
		g.p("sum(%s); _ = e", v)
		pl, guard := g.place()
		g.guarded(guard, fmt.Sprintf("%s = %s", pl, v))
		g.ind--
	} else {
		g.p("\t%s", c)
	}
	g.p("}")
}

func (g *gen) guarded(guard, s string) {
	if guard != "" {
		g.p("if %s != nil { %s }", guard, s)
	} else {
		g.p("%s", s)
	}
}

func (g *gen) stmt() {
	if g.ind > 6 {
		g.p("sum(%s)", g.expr(1))
		return
	}
	switch g.r.Intn(24) {
	case 0, 1:
		g.declare(val, "N{v: %d}", g.r.Intn(90)+1)
	case 2:
		g.declare(val, "N{v: %d, a: %s, in: Inner{p: %s}}", g.r.Intn(90)+1, g.expr(1), g.expr(1))
	case 3, 4:
		g.declare(ptr, "%s", g.expr(0))
	case 5:
		g.declare(pptr, "%s", g.pp())
	case 6:
		switch g.r.Intn(3) {
		case 0:
			g.declare(slice, "make([]*N, 2)")
		case 1:
			g.declare(slice, "[]*N{%s, %s}", g.expr(1), g.expr(1))
		case 2:
			if v := g.any(slice); v != "" {
				g.declare(slice, "append(%s, %s)", v, g.expr(1))
			}
		}
	case 7:
		v := g.name(iface)
		g.p("var %s I = %s", v, g.iface())
		g.p("_ = %s", v)
		g.add(iface, v)
	case 8:
		if f := g.fun(); f != "" {
			g.declare(fn, "%s", f)
		} else if g.lit < 2 {
			g.literal()
		}
	case 9, 10, 11, 12, 13:
		pl, guard := g.place()
		g.guarded(guard, fmt.Sprintf("%s = %s", pl, g.expr(0)))
	case 14:
		if a, b := g.any(ptr), g.any(ptr); a != "" && b != "" {
			g.p("if %s != nil && %s != nil { *%s = *%s }", a, b, a, b)
		}
	case 15:
		if a, b := g.any(slice), g.any(slice); a != "" {
			g.p("copy(%s, %s)", a, b)
		}
	case 16, 17:
		g.call()
	case 18:
		if g.loop < 2 {
			g.loop++
			g.p("for k := 0; k < 3 && tick(); k++ {")
			g.block(2 + g.r.Intn(3))
			g.p("}")
			g.loop--
		}
	case 19:
		g.p("if flip() {")
		g.block(1 + g.r.Intn(2))
		g.p("}")
	case 20:
		if v := g.any(iface); v != "" {
			g.p("%s.K(%s)", v, g.expr(1))
		}
	case 21:
		if v := g.any(iface); v != "" {
			n := g.name(ptr)
			g.p("switch t := %s.(type) {", v)
			g.p("case *A: %s := t.p; sum(%s)", n, n)
			g.p("case B: %s := t.p; sum(%s)", n, n)
			g.p("case *C: %s := &t.N; sum(%s); t.b = %s", n, n, g.expr(1))
			g.p("}")
		}
	case 22:
		if g.loop == 0 && g.lit == 0 && g.r.Intn(2) == 0 {
			pl, guard := g.place()
			g.p("defer func() {")
			g.ind++
			g.guarded(guard, fmt.Sprintf("%s = %s", pl, g.expr(2)))
			g.p("sum(%s)", g.expr(2))
			g.ind--
			g.p("}()")
		}
	case 23:
		g.p("sum(%s)", g.expr(0))
	}
}

func (g *gen) function(i int) {
	g.self = i
	g.p("func g%d(p0, p1 *N, q0 **N, i0 I, f0 func(*N) *N, d int) (r0 *N, r1 I) {", i)
	g.scope = nil
	g.loop, g.lit = 0, 0
	g.push()
	g.add(ptr, "p0")
	g.add(ptr, "p1")
	g.add(pptr, "q0")
	g.add(iface, "i0")
	g.add(fn, "f0")
	for k := 4 + g.r.Intn(9); k > 0; k-- {
		g.stmt()
	}
	for _, v := range g.scope[0][val] {
		g.p("sum(&%s)", v)
	}
	for _, v := range g.scope[0][ptr] {
		g.p("sum(%s)", v)
	}
	switch g.r.Intn(6) {
	case 0:
		g.p("return %s, nil", g.expr(0))
	case 1:
		g.p("return nil, %s", g.iface())
	default:
		g.p("return p0, i0")
	}
	g.pop()
	g.p("}")
}

const prelude = `package main

import "fmt"

type Inner struct{ p, q *N }
type N struct {
	a, b *N
	v    int
	arr  [2]*N
	in   Inner
}
type I interface {
	M(x *N) *N
	K(x *N)
}
type A struct{ p *N; pad [2]int }
type B struct {
	p *N
	n int
}
type C struct{ N }

var G *N
var total, ticks, flips int

func (a *A) M(x *N) *N { sum(a.p); old := a.p; a.p = x; return old }
func (a *A) K(x *N)    { a.p = x }
func (b B) M(x *N) *N  { sum(b.p); return x }
func (b B) K(x *N)     { if b.p != nil { b.p.a = x } }
func (c *C) M(x *N) *N { c.b = x; return c.a }
func (c *C) K(x *N)    { if x != nil { x.in.q = &c.N } }

func id(p *N) *N { return p }
func get(q **N) *N { if q == nil { return nil }; return *q }
func rd(p *N) *N { if p == nil { return new(N) }; return p }
func tick() bool { ticks++; return ticks < 3000 }
func flip() bool { flips = flips*1103515245 + 12345; return flips>>16&1 == 0 }
func sum(p *N) {
	if p == nil { total = total*3 + 1; return }
	total = total*31 + p.v
	for _, k := range [...]*N{p.a, p.b, p.arr[0], p.arr[1], p.in.p, p.in.q} {
		if k != nil { total = total*7 + k.v }
	}
}

func main() {
	for round := 0; round < 40; round++ {
		ticks = 0
		run()
	}
	fmt.Println(total)
}
`

func main() {
	seed := flag.Int64("seed", 1, "")
	n := flag.Int("n", 12, "functions")
	flag.Parse()
	g := &gen{r: rand.New(rand.NewSource(*seed)), funcs: *n, n: 9}
	g.b.WriteString(prelude)
	for i := 0; i < *n; i++ {
		g.function(i)
	}
	g.p("func run() {")
	for i := 0; i < *n; i++ {
		g.p("\t{ p := &N{v: %d}; g%d(&N{v: 1}, p, &p, &A{}, id, 3) }", i+1, i)
	}
	g.p("}")
	os.Stdout.WriteString(g.b.String())
}
