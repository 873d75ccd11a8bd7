// Gocheck is go/parser and go/types on the packages of a list (bench/golist) on standard input: the peer of
// bench/check_speed.c, with the same output: "LINES PARSE_NS CHECK_NS CPU_NS" and "peak KB".
//
// All maps of types.Info are filled, comments are not kept, identifiers not resolved by the parser.  One thread:
// GOMAXPROCS is 1, so that the garbage collector's work counts as well.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
)

type source struct {
	name string
	text []byte
}

type pkg struct {
	path    string
	files   []source
	imports map[string]string
}

func cpu() int64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

type importer struct {
	done map[string]*types.Package
	of   *pkg
}

func (i *importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if p := i.done[i.of.imports[path]]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("no package %s", path)
}

func main() {
	runtime.GOMAXPROCS(1)
	var pkgs []*pkg
	lines := 0
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		word := strings.Fields(in.Text())
		switch word[0] {
		case "P":
			pkgs = append(pkgs, &pkg{path: word[1], imports: map[string]string{}})
		case "F":
			text, err := os.ReadFile(word[1])
			if err != nil {
				fail(err)
			}
			p := pkgs[len(pkgs)-1]
			p.files = append(p.files, source{word[1], text})
			lines += bytes.Count(text, []byte("\n"))
		case "I":
			pkgs[len(pkgs)-1].imports[word[1]] = word[2]
		}
	}

	used, begin := cpu(), time.Now()
	fset := token.NewFileSet()
	trees := make([][]*ast.File, len(pkgs))
	for i, p := range pkgs {
		for _, s := range p.files {
			f, err := parser.ParseFile(fset, s.name, s.text, parser.SkipObjectResolution)
			if err != nil {
				fail(err)
			}
			trees[i] = append(trees[i], f)
		}
	}
	parsed := time.Now()
	im := &importer{done: map[string]*types.Package{}}
	var infos []*types.Info
	for i, p := range pkgs {
		im.of = p
		info := &types.Info{
			Types:      map[ast.Expr]types.TypeAndValue{},
			Instances:  map[*ast.Ident]types.Instance{},
			Defs:       map[*ast.Ident]types.Object{},
			Uses:       map[*ast.Ident]types.Object{},
			Implicits:  map[ast.Node]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{},
			Scopes:     map[ast.Node]*types.Scope{},
		}
		config := types.Config{Importer: im, Sizes: types.SizesFor("gc", runtime.GOARCH)}
		done, err := config.Check(p.path, fset, trees[i], info)
		if err != nil {
			fail(err)
		}
		im.done[p.path] = done
		infos = append(infos, info)
	}
	fmt.Println(lines, parsed.Sub(begin).Nanoseconds(), time.Since(parsed).Nanoseconds(), cpu()-used)
	runtime.KeepAlive(infos)
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "VmHWM:") {
			fmt.Println("peak", strings.Fields(line)[1])
		}
	}
}
