// Command info compares what is recorded of expressions with go/types: mode, type, exact value, and the object of
// each name.
//
//	info -eval build/test/types/eval_info PACKAGE...
//
// Both check the packages of `go list -deps` from source.  Differences between go/types and the compiler's checker,
// which is the model, are left out: what nil is recorded as; ranges over arrays of which only the length is used;
// parentheses behind &, which the compiler's tree does not have.  So is whether a type is written byte or uint8.
//
//go:debug gotypesalias=1
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

var evalFlag = flag.String("eval", "", "eval_info")

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "info:", err)
		os.Exit(2)
	}
}

type pkg struct {
	ImportPath, Dir string
	GoFiles         []string
	ImportMap       map[string]string
	DepOnly         bool
}

func list(patterns []string) (pkgs []*pkg) {
	cmd := exec.Command("go", append([]string{"list", "-deps", "-json=ImportPath,Dir,GoFiles,ImportMap,DepOnly"}, patterns...)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	check(err)
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		p := new(pkg)
		if err := d.Decode(p); err == io.EOF {
			return pkgs
		} else {
			check(err)
		}
		if p.ImportPath != "unsafe" {
			pkgs = append(pkgs, p)
		}
	}
}

// ---- go/types ----

type importer struct {
	p    *pkg
	done map[string]*types.Package
}

func (i importer) Import(path string) (*types.Package, error) {
	if m, ok := i.p.ImportMap[path]; ok {
		path = m
	}
	if p := i.done[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("no package %s", path)
}

func mode(tv types.TypeAndValue) string {
	switch {
	case tv.IsVoid():
		return "V"
	case tv.IsType():
		return "T"
	case tv.IsBuiltin():
		return "B"
	case tv.Value != nil:
		return "C"
	case tv.IsNil():
		return "N"
	case tv.Addressable():
		return "A"
	case tv.Assignable():
		return "M"
	case tv.HasOk():
		return "O"
	}
	return "v"
}

// start is where the compiler says that an expression starts
// (GOROOT/src/cmd/compile/internal/syntax/positions.go).
func start(e ast.Expr) token.Pos {
	for {
		switch x := e.(type) {
		case *ast.CompositeLit:
			if x.Type == nil {
				return x.Lbrace
			}
			e = x.Type
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.TypeAssertExpr:
			e = x.X
		case *ast.BinaryExpr:
			e = x.X
		case *ast.CallExpr:
			e = x.Fun
		case *ast.SliceExpr:
			return x.Lbrack
		case *ast.FuncType:
			return x.Params.Opening
		default:
			return e.Pos()
		}
	}
}

// lines describes the expressions of a file; left gives the starts of those that are not to be compared.
func lines(fset *token.FileSet, f *ast.File, p *types.Package, info *types.Info) (out []string, left map[string]bool) {
	tf := fset.File(f.Pos())
	left = map[string]bool{}
	place := func(e ast.Expr) string {
		return fmt.Sprintf("%s\t%d\t", filepath.Base(tf.Name()), tf.Offset(start(e)))
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if u, ok := n.(*ast.UnaryExpr); ok && u.Op == token.AND {
			for x, ok := u.X.(*ast.ParenExpr); ok; x, ok = x.X.(*ast.ParenExpr) {
				delete(info.Types, x)
			}
		}
		if r, ok := n.(*ast.RangeStmt); ok && r.Value == nil {
			t := info.TypeOf(r.X).Underlying()
			if p, ok := t.(*types.Pointer); ok {
				t = p.Elem().Underlying()
			}
			if _, ok := t.(*types.Array); ok {
				for x := r.X; ; {
					left[place(x)] = true
					paren, ok := x.(*ast.ParenExpr)
					if !ok {
						break
					}
					x = paren.X
				}
			}
		}
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		tv, ok := info.Types[e]
		id, isID := e.(*ast.Ident)
		if !ok && !isID {
			return true
		}
		s := place(e)
		if ok {
			m, t, v := mode(tv), "-", ""
			if m != "V" && m != "B" {
				t = plain(types.TypeString(tv.Type, nil))
			}
			if _, sel := e.(*ast.SelectorExpr); tv.Value != nil && !isID && !sel {
				v = tv.Value.ExactString()
			}
			s += m + "\t" + t + "\t" + v + "\t"
		} else {
			s += "\t\t\t"
		}
		if isID {
			o := info.Defs[id]
			if o == nil {
				o = info.Uses[id]
			}
			if o != nil {
				path := "-"
				if o.Pkg() != nil {
					path = o.Pkg().Path()
				}
				s += strings.TrimPrefix(fmt.Sprintf("%T", o), "*types.") + " " + path + " " + o.Name()
				if o.Pos().IsValid() && o.Pkg() == p {
					s += fmt.Sprintf(" %d", fset.Position(o.Pos()).Offset)
				}
			}
		}
		out = append(out, strings.ReplaceAll(s, "\n", " "))
		return true
	})
	return out, left
}

// ---- both ----

var (
	bytes = regexp.MustCompile(`\bbyte\b`)
	runes = regexp.MustCompile(`\brune\b`)
)

func plain(t string) string {
	if strings.Contains(t, "byte") {
		t = bytes.ReplaceAllString(t, "uint8")
	}
	if strings.Contains(t, "rune") {
		t = runes.ReplaceAllString(t, "int32")
	}
	return t
}

func isNil(line string) bool {
	f := strings.Split(line, "\t")
	return len(f) > 2 && f[2] == "N"
}

func main() {
	flag.Parse()
	pkgs := list(flag.Args())
	eval := exec.Command(*evalFlag)
	in, err := eval.StdinPipe()
	check(err)
	out, err := eval.StdoutPipe()
	check(err)
	eval.Stderr = os.Stderr
	check(eval.Start())
	answers := bufio.NewReaderSize(out, 1<<20)

	done := map[string]*types.Package{"unsafe": types.Unsafe}
	total, bad := 0, 0
	for _, p := range pkgs {
		fset := token.NewFileSet()
		var files []*ast.File
		flags := "-"
		if !p.DepOnly {
			flags = "i"
		}
		command := "pkg\t" + p.ImportPath + "\t" + flags
		for _, f := range p.GoFiles {
			a, err := parser.ParseFile(fset, filepath.Join(p.Dir, f), nil, parser.SkipObjectResolution)
			check(err)
			files = append(files, a)
			command += "\t" + filepath.Join(p.Dir, f)
		}
		info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
			Uses: map[*ast.Ident]types.Object{}}
		conf := types.Config{Importer: importer{p, done}, Sizes: types.SizesFor("gc", "amd64"), IgnoreFuncBodies: p.DepOnly}
		tp, err := conf.Check(p.ImportPath, fset, files, info)
		check(err)
		done[p.ImportPath] = tp

		// What go/types says counts 1, what eval_info says -1.
		count := map[string]int{}
		left := map[string]bool{}
		if !p.DepOnly {
			for _, f := range files {
				l, skip := lines(fset, f, tp, info)
				for _, s := range l {
					count[s]++
				}
				for s := range skip {
					left[s] = true
				}
			}
		}
		_, err = fmt.Fprintln(in, command)
		check(err)
		for {
			l, err := answers.ReadString('\n')
			check(err)
			l = strings.TrimSuffix(l, "\n")
			if strings.HasPrefix(l, "end\t") {
				break
			}
			if f := strings.Split(l, "\t"); len(f) > 3 {
				f[3] = plain(f[3])
				l = strings.Join(f, "\t")
			}
			count[l]--
			total++
		}
		var diffs []string
		for s, n := range count {
			f := strings.SplitN(s, "\t", 3)
			if n == 0 || isNil(s) || len(f) == 3 && left[f[0]+"\t"+f[1]+"\t"] {
				continue
			}
			who := "go/types "
			if n < 0 {
				who = "gomm     "
			}
			diffs = append(diffs, s+"\t"+who)
		}
		sort.Strings(diffs)
		for i, d := range diffs {
			if i == 20 {
				fmt.Printf("%s: and %d more\n", p.ImportPath, len(diffs)-i)
				break
			}
			at := strings.LastIndexByte(d, '\t')
			fmt.Printf("%s: %s%s\n", p.ImportPath, d[at+1:], strings.ReplaceAll(d[:at], "\t", " | "))
		}
		bad += len(diffs)
	}
	in.Close()
	check(eval.Wait())
	name := "types of " + strings.Join(flag.Args(), " ")
	if bad > 0 || total == 0 {
		fmt.Printf("not ok %s: %d expressions, %d lines differ from go/types\n", name, total, bad)
		os.Exit(1)
	}
	fmt.Printf("ok %s: %d expressions as go/types has them\n", name, total)
}
