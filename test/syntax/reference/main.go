// Reference says what the compiler's own parser makes of the files named on standard input, in the words of
// ../driver.c.  The scripts copy GOROOT/src/cmd/compile/internal/syntax beside this file to build it.
//
//	reference errors | accept | dump | strings | places
//	reference unicode                  as driver unicode
//	reference declared FILES < errors  checks errors against the files' ERROR comments
//	reference mutate SEED N DIR   writes N files that are like those of the list but for a few tokens, and names them
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"reference/syntax"
)

var out = bufio.NewWriter(os.Stdout)

func main() {
	defer out.Flush()
	in := bufio.NewScanner(os.Stdin)
	if os.Args[1] == "unicode" {
		last := 0
		for r := rune(0); r <= unicode.MaxRune; r++ {
			is := 0
			for i, yes := range []bool{unicode.IsLetter(r), unicode.IsDigit(r), strconv.IsPrint(r)} {
				if yes {
					is |= 1 << i
				}
			}
			if is != last {
				fmt.Fprintln(out, r, is)
				last = is
			}
		}
		return
	}
	if os.Args[1] == "declared" {
		declared(os.Args[2:])
		return
	}
	if os.Args[1] == "mutate" {
		var files []string
		for in.Scan() {
			files = append(files, in.Text())
		}
		seed, _ := strconv.ParseInt(os.Args[2], 10, 64)
		n, _ := strconv.Atoi(os.Args[3])
		mutate(files, seed, n, os.Args[4])
		return
	}
	for in.Scan() {
		file := in.Text()
		src, err := os.ReadFile(file)
		if err != nil {
			fmt.Fprintln(out, err)
			continue
		}
		var errs []syntax.Error
		f, _ := syntax.Parse(syntax.NewFileBase(file), bytes.NewReader(src), func(err error) {
			errs = append(errs, err.(syntax.Error))
		}, pragma, 0)
		// By place, as the compiler prints them.
		sort.SliceStable(errs, func(i, j int) bool {
			a, b := errs[i].Pos, errs[j].Pos
			return a.Line() < b.Line() || a.Line() == b.Line() && a.Col() < b.Col()
		})
		switch os.Args[1] {
		case "errors":
			for _, e := range errs {
				fmt.Fprintf(out, "%s:%d:%d: %s\n", file, e.Pos.Line(), e.Pos.Col(), e.Msg)
			}
		case "accept":
			if len(errs) > 0 {
				fmt.Fprintf(out, "%s error\n", file)
			} else {
				fmt.Fprintf(out, "%s ok\n", file)
			}
		case "dump":
			if f != nil && (len(f.DeclList) > 0 || len(errs) == 0) {
				if v := reflect.ValueOf(*f).FieldByName("GoVersion"); v.IsValid() && v.String() != "" {
					fmt.Fprintf(out, "version %s\n", v)
				}
				node(0, "package", f.PkgName)
				for _, d := range f.DeclList {
					node(0, "", d)
				}
			}
		case "places":
			if f != nil && len(errs) == 0 {
				for _, d := range f.DeclList {
					syntax.Inspect(d, func(n syntax.Node) bool {
						if x, ok := n.(*syntax.Name); ok {
							p := x.Pos()
							fmt.Fprintf(out, "%s %s:%d:%d\n", x.Value, p.RelFilename(), p.RelLine(), p.RelCol())
						}
						return true
					})
				}
			}
		case "strings":
			if f != nil {
				syntax.Inspect(f, func(n syntax.Node) bool {
					if x, ok := n.(syntax.Expr); ok {
						fmt.Fprintln(out, strings.ReplaceAll(syntax.String(x), "\n", "\\n"))
					}
					return true
				})
			}
		}
	}
}

type directives []string

func pragma(_ syntax.Pos, _ bool, text string, old syntax.Pragma) syntax.Pragma {
	list, _ := old.(directives)
	if text == "" {
		return nil
	}
	return append(list[:len(list):len(list)], text)
}

// node prints a tree as ast_dump does.
func node(indent int, role string, n syntax.Node) {
	if n == nil || reflect.ValueOf(n).IsNil() {
		return
	}
	kind, text := "", ""
	var children func()
	in := indent + 1
	none := func() {}
	children = none
	one := func(role string, n syntax.Node) { node(in, role, n) }
	switch n := n.(type) {
	case *syntax.BadExpr:
		kind = "BAD"
	case *syntax.Name:
		kind, text = "NAME", n.Value
	case *syntax.BasicLit:
		kind, text = "BASIC_LIT", fmt.Sprintf("%d %s", n.Kind, n.Value)
		if n.Bad {
			text += " !1"
		}
	case *syntax.CompositeLit:
		kind = "COMPOSITE_LIT"
		children = func() { one("type", n.Type); exprs(in, "", n.ElemList) }
	case *syntax.KeyValueExpr:
		kind = "KEY_VALUE"
		children = func() { one("a", n.Key); one("b", n.Value) }
	case *syntax.FuncLit:
		kind = "FUNC_LIT"
		children = func() { one("a", n.Type); one("b", n.Body) }
	case *syntax.ParenExpr:
		kind = "PAREN"
		children = func() { one("a", n.X) }
	case *syntax.SelectorExpr:
		kind = "SELECTOR"
		children = func() { one("a", n.X); one("b", n.Sel) }
	case *syntax.IndexExpr:
		kind = "INDEX"
		children = func() { one("a", n.X); one("b", n.Index) }
	case *syntax.SliceExpr:
		kind = "SLICE"
		if n.Full {
			text = "!1"
		}
		children = func() { one("", n.X); one("low", n.Index[0]); one("high", n.Index[1]); one("max", n.Index[2]) }
	case *syntax.AssertExpr:
		kind = "ASSERT"
		children = func() { one("a", n.X); one("b", n.Type) }
	case *syntax.TypeSwitchGuard:
		kind = "TYPE_SWITCH"
		children = func() { one("a", n.Lhs); one("b", n.X) }
	case *syntax.Operation:
		kind, text = "OPERATION", n.Op.String()
		children = func() { one("a", n.X); one("b", n.Y) }
	case *syntax.CallExpr:
		kind = "CALL"
		if n.HasDots {
			text = "!1"
		}
		children = func() { one("", n.Fun); exprs(in, "arg", n.ArgList) }
	case *syntax.ListExpr:
		kind = "LIST"
		children = func() { exprs(in, "", n.ElemList) }
	case *syntax.ArrayType:
		kind = "ARRAY_TYPE"
		children = func() { one("a", n.Len); one("b", n.Elem) }
	case *syntax.SliceType:
		kind = "SLICE_TYPE"
		children = func() { one("a", n.Elem) }
	case *syntax.DotsType:
		kind = "DOTS_TYPE"
		children = func() { one("a", n.Elem) }
	case *syntax.StructType:
		kind = "STRUCT_TYPE"
		children = func() { fields(in, "", n.FieldList, n.TagList) }
	case *syntax.Field:
		kind = "FIELD"
		children = func() { one("a", n.Name); one("b", n.Type) }
	case *syntax.InterfaceType:
		kind = "INTERFACE_TYPE"
		children = func() { fields(in, "", n.MethodList, nil) }
	case *syntax.FuncType:
		kind = "FUNC_TYPE"
		children = func() { fields(in, "param", n.ParamList, nil); fields(in, "result", n.ResultList, nil) }
	case *syntax.MapType:
		kind = "MAP_TYPE"
		children = func() { one("a", n.Key); one("b", n.Value) }
	case *syntax.ChanType:
		kind, text = "CHAN_TYPE", fmt.Sprint(map[syntax.ChanDir]int{0: 0, syntax.SendOnly: 1, syntax.RecvOnly: 2}[n.Dir])
		children = func() { one("a", n.Elem) }

	case *syntax.ImportDecl:
		kind = "IMPORT_DECL"
		children = func() { pragmas(in, n.Pragma); one("name", n.LocalPkgName); one("path", n.Path) }
	case *syntax.ConstDecl:
		kind = "CONST_DECL"
		children = func() {
			pragmas(in, n.Pragma)
			for _, x := range n.NameList {
				one("name", x)
			}
			one("type", n.Type)
			one("values", n.Values)
		}
	case *syntax.VarDecl:
		kind = "VAR_DECL"
		children = func() {
			pragmas(in, n.Pragma)
			for _, x := range n.NameList {
				one("name", x)
			}
			one("type", n.Type)
			one("values", n.Values)
		}
	case *syntax.TypeDecl:
		kind = "TYPE_DECL"
		if n.Alias {
			text = "!1"
		}
		children = func() {
			pragmas(in, n.Pragma)
			one("name", n.Name)
			fields(in, "tparam", n.TParamList, nil)
			one("type", n.Type)
		}
	case *syntax.FuncDecl:
		kind = "FUNC_DECL"
		children = func() {
			pragmas(in, n.Pragma)
			if n.Recv != nil {
				one("recv", n.Recv)
			}
			one("name", n.Name)
			fields(in, "tparam", n.TParamList, nil)
			one("type", n.Type)
			one("body", n.Body)
		}

	case *syntax.EmptyStmt:
		kind = "EMPTY"
	case *syntax.LabeledStmt:
		kind = "LABELED"
		children = func() { one("a", n.Label); one("b", n.Stmt) }
	case *syntax.BlockStmt:
		kind = "BLOCK"
		children = func() { stmts(in, n.List) }
	case *syntax.ExprStmt:
		kind = "EXPR_STMT"
		children = func() { one("a", n.X) }
	case *syntax.SendStmt:
		kind = "SEND"
		children = func() { one("a", n.Chan); one("b", n.Value) }
	case *syntax.DeclStmt:
		kind = "DECL_STMT"
		children = func() {
			for _, d := range n.DeclList {
				one("", d)
			}
		}
	case *syntax.AssignStmt:
		kind = "ASSIGN"
		if n.Op != 0 {
			text = n.Op.String()
		} else {
			text = "\x00"
		}
		children = func() { one("a", n.Lhs); one("b", n.Rhs) }
	case *syntax.BranchStmt:
		kind, text = "BRANCH", n.Tok.String()
		children = func() { one("a", n.Label) }
	case *syntax.CallStmt:
		kind, text = "CALL_STMT", n.Tok.String()
		children = func() { one("a", n.Call) }
	case *syntax.ReturnStmt:
		kind = "RETURN"
		children = func() { one("a", n.Results) }
	case *syntax.IfStmt:
		kind = "IF"
		children = func() { one("cond", n.Cond); one("init", n.Init); one("then", n.Then); one("else", n.Else) }
	case *syntax.ForStmt:
		kind = "FOR"
		children = func() { one("init", n.Init); one("cond", n.Cond); one("post", n.Post); one("body", n.Body) }
	case *syntax.SwitchStmt:
		kind = "SWITCH"
		children = func() {
			one("init", n.Init)
			one("tag", n.Tag)
			for _, c := range n.Body {
				one("", c)
			}
		}
	case *syntax.SelectStmt:
		kind = "SELECT"
		children = func() {
			for _, c := range n.Body {
				one("", c)
			}
		}
	case *syntax.RangeClause:
		kind = "RANGE"
		if n.Def {
			text = "!1"
		}
		children = func() { one("a", n.Lhs); one("b", n.X) }
	case *syntax.CaseClause:
		kind = "CASE"
		children = func() { one("case", n.Cases); stmts(in, n.Body) }
	case *syntax.CommClause:
		kind = "COMM"
		children = func() { one("case", n.Comm); stmts(in, n.Body) }
	}
	line(indent, role, kind, text, n.Pos())
	children()
}

func line(indent int, role, kind, text string, pos syntax.Pos) {
	out.WriteString(strings.Repeat(" ", indent))
	if role != "" {
		out.WriteString(role + " ")
	}
	out.WriteString(kind)
	if text == "\x00" {
		out.WriteString(" ")
	} else if text != "" {
		out.WriteString(" " + text)
	}
	fmt.Fprintf(out, " @%d:%d\n", pos.Line(), pos.Col())
}

func exprs(indent int, role string, list []syntax.Expr) {
	for _, x := range list {
		node(indent, role, x)
	}
}

func stmts(indent int, list []syntax.Stmt) {
	for _, s := range list {
		node(indent, "", s)
	}
}

func fields(indent int, role string, list []*syntax.Field, tags []*syntax.BasicLit) {
	for i, f := range list {
		if i > 0 && f.Name != nil && list[i-1].Name != nil && list[i-1].Type == f.Type {
			r := role
			if r == "" {
				r = "\x00"
			}
			out.WriteString(strings.Repeat(" ", indent))
			fmt.Fprintf(out, "%s FIELD same type @%d:%d\n", role, f.Pos().Line(), f.Pos().Col())
			node(indent+1, "", f.Name)
		} else {
			node(indent, role, f)
		}
		if i < len(tags) && tags[i] != nil {
			node(indent, "tag", tags[i])
		}
	}
}

func pragmas(indent int, p syntax.Pragma) {
	list, _ := p.(directives)
	for _, text := range list {
		fmt.Fprintf(out, "%spragma //%s\n", strings.Repeat(" ", indent), text)
	}
}
