// Command info prints what go/types records of the expressions, names, selectors and instances of packages of std, in
// the form that eval_info.c describes.
//
//	info PACKAGE...
//
//go:debug gotypesalias=1
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

var (
	fset = token.NewFileSet()
	out  = bufio.NewWriter(os.Stdout)
)

func place(p token.Pos) string {
	if !p.IsValid() {
		return "-"
	}
	q := fset.PositionFor(p, false)
	return fmt.Sprintf("%s:%d", filepath.Base(q.Filename), q.Offset)
}

// start is where e begins as the compiler's syntax package has it: a slice expression at its bracket.
func start(e ast.Expr) token.Pos {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return start(e.X)
	case *ast.CallExpr:
		return start(e.Fun)
	case *ast.SelectorExpr:
		return start(e.X)
	case *ast.IndexExpr:
		return start(e.X)
	case *ast.IndexListExpr:
		return start(e.X)
	case *ast.TypeAssertExpr:
		return start(e.X)
	case *ast.SliceExpr:
		return e.Lbrack
	}
	return e.Pos()
}

func kind(e ast.Expr) string {
	switch e.(type) {
	case *ast.IndexListExpr:
		return "Index"
	case *ast.StarExpr, *ast.UnaryExpr, *ast.BinaryExpr:
		return "Operation"
	case *ast.Ident, *ast.BasicLit, *ast.CompositeLit, *ast.FuncLit, *ast.ParenExpr, *ast.SelectorExpr, *ast.IndexExpr,
		*ast.SliceExpr, *ast.TypeAssertExpr, *ast.CallExpr, *ast.ArrayType, *ast.StructType, *ast.InterfaceType,
		*ast.MapType, *ast.ChanType:
		s := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", e), "*ast."), "Expr")
		return strings.TrimPrefix(s, "Type")
	}
	return ""
}

func mode(tv types.TypeAndValue) string {
	switch {
	case tv.IsVoid():
		return "void"
	case tv.IsBuiltin():
		return "builtin"
	case tv.IsType():
		return "type"
	case tv.IsNil():
		return "nil"
	case tv.Value != nil:
		return "const"
	case tv.Addressable():
		return "var"
	case tv.Assignable():
		return "mapindex"
	case tv.HasOk():
		return "commaok"
	}
	return "value"
}

func text(t types.Type) string { return types.TypeString(t, nil) }

func object(o types.Object) (s string, typed bool) {
	k := strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", o), "*types."))
	switch o.(type) {
	case *types.PkgName:
		k = "pkg"
	case *types.TypeName:
		k, typed = "type", true
	case *types.Const, *types.Var, *types.Func:
		typed = true
	}
	return k + " " + o.Name() + " " + place(o.Pos()), typed
}

func printExpr(e ast.Expr, tv types.TypeAndValue) {
	m, t, v := mode(tv), "", ""
	if m != "void" && m != "nil" && m != "builtin" {
		t = text(tv.Type)
	}
	if tv.Value != nil {
		v = tv.Value.ExactString()
		v = v[:min(len(v), 60)]
	}
	fmt.Fprintf(out, "expr %s %s %s %s %s\n", place(start(e)), kind(e), m, t, v)
}

func printFile(f *ast.File, info *types.Info) {
	skip := map[ast.Node]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.RangeStmt:
			for x := n.X; ; {
				skip[x] = true
				p, ok := x.(*ast.ParenExpr)
				if !ok {
					break
				}
				x = p.X
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND { // the compiler's parser takes parentheses off
				for p, ok := n.X.(*ast.ParenExpr); ok; p, ok = p.X.(*ast.ParenExpr) {
					skip[p] = true
				}
			}
		case *ast.Ident:
			o := info.Defs[n]
			if o == nil {
				o = info.Uses[n]
			}
			if o != nil {
				s, typed := object(o)
				t := ""
				if typed {
					t = text(o.Type())
				}
				fmt.Fprintf(out, "name %s %s %s\n", place(n.Pos()), s, t)
			}
			if i, ok := info.Instances[n]; ok {
				fmt.Fprintf(out, "instance %s", place(n.Pos()))
				for k := 0; k < i.TypeArgs.Len(); k++ {
					fmt.Fprintf(out, " %s", text(i.TypeArgs.At(k)))
				}
				fmt.Fprintf(out, " -> %s\n", text(i.Type))
			}
		case *ast.SelectorExpr:
			if s := info.Selections[n]; s != nil {
				o, _ := object(s.Obj())
				fmt.Fprintf(out, "select %s %s recv=%s %s %s indirect=%t path=", place(start(n)),
					[...]string{"field", "method", "expr"}[s.Kind()], text(s.Recv()), o, text(s.Obj().Type()), s.Indirect())
				for _, i := range s.Index() {
					fmt.Fprintf(out, "%d,", i)
				}
				fmt.Fprintln(out)
			}
		}
		if e, ok := n.(ast.Expr); ok && kind(e) != "" && !skip[e] {
			if tv, ok := info.Types[e]; ok {
				printExpr(e, tv)
			}
		}
		return true
	})
}

func main() {
	defer out.Flush()
	build.Default.CgoEnabled = false
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil), Sizes: types.SizesFor("gc", runtime.GOARCH)}
	for _, path := range os.Args[1:] {
		b, err := build.Import(path, "", 0)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		var files []*ast.File
		for _, name := range b.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(b.Dir, name), nil, 0)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(2)
			}
			files = append(files, f)
		}
		info := &types.Info{
			Types:      map[ast.Expr]types.TypeAndValue{},
			Defs:       map[*ast.Ident]types.Object{},
			Uses:       map[*ast.Ident]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{},
			Instances:  map[*ast.Ident]types.Instance{},
		}
		if _, err := conf.Check(path, fset, files, info); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		for _, f := range files {
			printFile(f, info)
		}
		for i, init := range info.InitOrder {
			fmt.Fprintf(out, "init %d %s", i, place(start(init.Rhs)))
			for _, v := range init.Lhs {
				fmt.Fprintf(out, " %s", v.Name())
			}
			fmt.Fprintln(out)
		}
	}
}
