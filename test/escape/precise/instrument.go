//go:build ignore

// instrument makes copies of Go files in which the objects of claimed sites are watched, and an overlay for the go command.
//
//	gomm escape -precise -l PACKAGES >claims
//	go run instrument.go -claims claims -out DIR [-first ID]
//	GOMMTRACK=FILE go test -overlay DIR/overlay.json PACKAGES
//
// A claim is a line "file:line:col: text: could stay on the stack: ...".  A function with claims is wrapped:
//
//	func f(a A) R { BODY }
//	func f(a A) R { fr := Enter(); r := func(a A) R { BODY }(a); Leave(fr); return r }
//
// and each claimed object is given to the frame where it is made.  See track.go for what is checked.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

type claim struct {
	id        int
	line, col int
	text      string
	variable  bool
	done      bool
}

type edit struct {
	off  int
	text string
	seq  int
}

var (
	claimsFile = flag.String("claims", "", "output of gomm escape -precise")
	out        = flag.String("out", "", "directory for the copies")
	track      = flag.String("track", "", "track.go")
	std        = flag.Bool("std", false, "the packages are the standard library's")
	pkgPath    = flag.String("import", "internal/gommtrack", "import path of the tracker")
	base       = flag.String("C", "", "directory that files of claims are relative to")
)

var claimLine = regexp.MustCompile(`^(\S+?):(\d+):(\d+): (.*): could stay on the stack: `)

func readClaims() map[string][]*claim {
	f, err := os.Open(*claimsFile)
	check(err)
	defer f.Close()
	m := map[string][]*claim{}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	id := 0
	for sc.Scan() {
		g := claimLine.FindStringSubmatch(sc.Text())
		if g == nil {
			continue
		}
		file := g[1]
		if !filepath.IsAbs(file) {
			file = filepath.Join(*base, file)
		}
		line, _ := strconv.Atoi(g[2])
		col, _ := strconv.Atoi(g[3])
		id++
		c := &claim{id: id, line: line, col: col, text: g[4]}
		if v, ok := strings.CutPrefix(c.text, "variable "); ok {
			c.variable, c.text = true, v
		}
		m[file] = append(m[file], c)
	}
	check(sc.Err())
	return m
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "instrument:", err)
		os.Exit(2)
	}
}

type file struct {
	src    []byte
	fset   *token.FileSet
	ast    *ast.File
	claims map[[2]int]*claim
	edits  []edit
	wraps  map[ast.Node]bool
	ids    []int
}

func (f *file) off(p token.Pos) int { return f.fset.Position(p).Offset }

func (f *file) at(p token.Pos) *claim {
	pos := f.fset.Position(p)
	c := f.claims[[2]int{pos.Line, pos.Column}]
	if c == nil || c.done {
		return nil
	}
	return c
}

func (f *file) insert(p token.Pos, text string) { f.insertAt(f.off(p), text) }
func (f *file) insertAt(off int, text string) {
	f.edits = append(f.edits, edit{off, text, len(f.edits)})
}

// visitor state: the functions around, innermost last.
type fun struct {
	node ast.Node
	typ  *ast.FuncType
	body *ast.BlockStmt
	bad  bool
}

func callsRecover(b *ast.BlockStmt) bool {
	found := false
	ast.Inspect(b, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok {
			return false
		}
		if c, ok := n.(*ast.CallExpr); ok {
			if id, ok := c.Fun.(*ast.Ident); ok && id.Name == "recover" {
				found = true
			}
		}
		return !found
	})
	return found
}

func hasDirective(d *ast.FuncDecl) bool {
	if d.Doc == nil {
		return false
	}
	for _, c := range d.Doc.List {
		if strings.HasPrefix(c.Text, "//go:") {
			return true
		}
	}
	return false
}

func (f *file) claimed(fn *fun, c *claim) bool {
	if fn == nil || fn.bad {
		return false
	}
	f.wraps[fn.node] = true
	c.done = true
	f.ids = append(f.ids, c.id)
	return true
}

func (f *file) wrapExpr(fn *fun, c *claim, from, to token.Pos, call string) {
	if f.claimed(fn, c) {
		f.insert(from, fmt.Sprintf("gommtrack.%s(gommfr, %d, ", call, c.id))
		f.insert(to, ")")
	}
}

func (f *file) expr(fn *fun, n ast.Node) {
	switch n := n.(type) {
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			if _, ok := ast.Unparen(n.X).(*ast.CompositeLit); ok {
				if c := f.at(n.Pos()); c != nil && strings.HasPrefix(c.text, "&") {
					f.wrapExpr(fn, c, n.Pos(), n.End(), "P")
				}
			}
		}
	case *ast.CallExpr:
		id, ok := n.Fun.(*ast.Ident)
		c := f.at(n.Lparen)
		if c == nil {
			c = f.at(n.Pos())
		}
		if !ok || c == nil {
			return
		}
		if id.Name == "new" && strings.HasPrefix(c.text, "new(") {
			f.wrapExpr(fn, c, n.Pos(), n.End(), "P")
		}
		if id.Name == "make" && strings.HasPrefix(c.text, "make([]") {
			f.wrapExpr(fn, c, n.Pos(), n.End(), "S")
		}
	case *ast.CompositeLit:
		c := f.at(n.Pos())
		if c == nil {
			c = f.at(n.Lbrace)
		}
		if c != nil && strings.HasPrefix(c.text, "[]") && n.Type != nil {
			f.wrapExpr(fn, c, n.Pos(), n.End(), "S")
		}
	}
}

// variables that a statement in a list declares: watched behind it.
func (f *file) declared(fn *fun, s ast.Stmt, end token.Pos) {
	note := func(id *ast.Ident) {
		if c := f.at(id.Pos()); c != nil && c.variable && c.text == id.Name && f.claimed(fn, c) {
			f.insert(end, fmt.Sprintf("; gommtrack.P(gommfr, %d, &%s)", c.id, id.Name))
		}
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			for _, x := range s.Lhs {
				if id, ok := x.(*ast.Ident); ok {
					note(id)
				}
			}
		}
	case *ast.DeclStmt:
		if g, ok := s.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, sp := range g.Specs {
				for _, id := range sp.(*ast.ValueSpec).Names {
					note(id)
				}
			}
		}
	}
}

func (f *file) list(fn *fun, l []ast.Stmt) {
	for _, s := range l {
		f.declared(fn, s, s.End())
	}
}

func (f *file) fields(fn *fun, l *ast.FieldList) string {
	text := ""
	if l == nil {
		return ""
	}
	for _, fd := range l.List {
		for _, id := range fd.Names {
			if c := f.at(id.Pos()); c != nil && c.variable && f.claimed(fn, c) {
				text += fmt.Sprintf("gommtrack.P(gommfr, %d, &%s); ", c.id, id.Name)
			}
		}
	}
	return text
}

func (f *file) walk(fn *fun, n ast.Node) {
	ast.Inspect(n, func(x ast.Node) bool {
		switch x := x.(type) {
		case *ast.FuncLit:
			f.function(x, x.Type, x.Body, false)
			return false
		case *ast.BlockStmt:
			f.list(fn, x.List)
		case *ast.CaseClause:
			f.list(fn, x.Body)
		case *ast.CommClause:
			f.list(fn, x.Body)
		case *ast.RangeStmt:
			for _, k := range []ast.Expr{x.Key, x.Value} {
				if id, ok := k.(*ast.Ident); ok && x.Tok == token.DEFINE {
					if c := f.at(id.Pos()); c != nil && c.variable && f.claimed(fn, c) {
						f.insert(x.Body.Lbrace+1, fmt.Sprintf(" gommtrack.P(gommfr, %d, &%s); ", c.id, id.Name))
					}
				}
			}
		}
		if x != nil {
			f.expr(fn, x)
		}
		return true
	})
}

func (f *file) text(a, b token.Pos) string { return string(f.src[f.off(a):f.off(b)]) }

func (f *file) function(node ast.Node, t *ast.FuncType, body *ast.BlockStmt, bad bool) {
	fn := &fun{node, t, body, bad || callsRecover(body)}
	start := f.fields(fn, t.Params) + f.fields(fn, t.Results)
	f.walk(fn, body)
	if !f.wraps[node] {
		return
	}
	// Parameters of the wrapper get names; the inner function has those that were written.
	var args []string
	n := 0
	inner := f.text(t.Params.Pos(), t.Params.End())
	if t.Results != nil {
		inner += " " + f.text(t.Results.Pos(), t.Results.End())
	}
	var params []string
	for _, fd := range t.Params.List {
		names := len(fd.Names)
		if names == 0 {
			names = 1
		}
		for i := 0; i < names; i++ {
			name := fmt.Sprintf("gommp%d", n)
			n++
			typ := f.text(fd.Type.Pos(), fd.Type.End())
			params = append(params, name+" "+typ)
			if _, ok := fd.Type.(*ast.Ellipsis); ok {
				name += "..."
			}
			args = append(args, name)
		}
	}
	nres := 0
	var results []string
	if t.Results != nil {
		for _, fd := range t.Results.List {
			k := len(fd.Names)
			if k == 0 {
				k = 1
			}
			for i := 0; i < k; i++ {
				results = append(results, f.text(fd.Type.Pos(), fd.Type.End()))
				nres++
			}
		}
	}
	var names []string
	for i := 0; i < nres; i++ {
		names = append(names, fmt.Sprintf("gommr%d", i))
	}
	head := "{ gommfr := gommtrack.Enter(); "
	if nres > 0 {
		head += strings.Join(names, ", ") + " := "
	}
	head += "func" + inner + " { " + start
	tail := "}(" + strings.Join(args, ", ") + "); gommtrack.Leave(gommfr); "
	if nres > 0 {
		tail += "return " + strings.Join(names, ", ") + " "
	}
	// the wrapper's own signature
	end := t.Params.End()
	sig := "(" + strings.Join(params, ", ") + ")"
	if t.Results != nil {
		end = t.Results.End()
		sig += " (" + strings.Join(results, ", ") + ")"
	}
	f.replace(f.off(t.Params.Pos()), f.off(end), sig)
	f.replace(f.off(body.Lbrace), f.off(body.Lbrace)+1, head)
	f.insertAt(f.off(body.Rbrace), tail)
}

var replaced = map[*file]map[int]int{}

func (f *file) replace(from, to int, text string) {
	if replaced[f] == nil {
		replaced[f] = map[int]int{}
	}
	replaced[f][from] = to
	f.edits = append(f.edits, edit{from, text, -1})
}

func (f *file) result() []byte {
	sort.SliceStable(f.edits, func(i, j int) bool { return f.edits[i].off < f.edits[j].off })
	var b []byte
	at := 0
	for _, e := range f.edits {
		if e.off < at {
			check(fmt.Errorf("overlapping edits"))
		}
		b = append(b, f.src[at:e.off]...)
		at = e.off
		b = append(b, e.text...)
		if to := replaced[f][e.off]; to > 0 && e.seq == -1 {
			at = to
		}
	}
	return append(b, f.src[at:]...)
}

func main() {
	flag.Parse()
	overlay := map[string]string{}
	var ids []int
	skipped := 0
	for name, cs := range readClaims() {
		src, err := os.ReadFile(name)
		check(err)
		f := &file{src: src, fset: token.NewFileSet(), claims: map[[2]int]*claim{}, wraps: map[ast.Node]bool{}}
		for _, c := range cs {
			f.claims[[2]int{c.line, c.col}] = c
		}
		f.ast, err = parser.ParseFile(f.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		check(err)
		for _, d := range f.ast.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Body != nil {
				f.function(d, d.Type, d.Body, hasDirective(d))
			}
		}
		skipped += len(cs) - len(f.ids)
		if len(f.ids) == 0 {
			continue
		}
		ids = append(ids, f.ids...)
		f.insert(f.ast.Name.End(), fmt.Sprintf("; import gommtrack %q", *pkgPath))
		to := filepath.Join(*out, fmt.Sprintf("%d_%s", len(overlay), filepath.Base(name)))
		check(os.WriteFile(to, f.result(), 0o644))
		overlay[name] = to
	}
	if *track != "" {
		overlay[filepath.Join(os.Getenv("GOROOT_"), "src", "internal", "gommtrack", "track.go")] = *track
	}
	j, err := json.MarshalIndent(map[string]any{"Replace": overlay}, "", " ")
	check(err)
	check(os.WriteFile(filepath.Join(*out, "overlay.json"), j, 0o644))
	sort.Ints(ids)
	fmt.Printf("%d claims instrumented in %d files, %d left out\n", len(ids), len(overlay), skipped)
}
