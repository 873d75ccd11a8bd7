// Command mutate writes programs that are wrong in some way, for the compiler and gomm to disagree on: copies of Go files,
// each with a token or two changed.
//
//	mutate -n 500 -seed 1 -out DIR FILE...
//
// They become DIR/check/NNNN.go, for conformance -suite testdata -dir DIR -compiler.  The same seed and files give the same
// programs.
package main

import (
	"flag"
	"fmt"
	"go/scanner"
	"go/token"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
)

type tok struct {
	from, to int
	tok      token.Token
	text     string
}

func tokens(src []byte) (list []tok) {
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(src))
	var s scanner.Scanner
	s.Init(file, src, func(token.Position, string) {}, 0)
	for {
		pos, t, lit := s.Scan()
		if t == token.EOF {
			return list
		}
		if t == token.SEMICOLON && lit == "\n" {
			continue
		}
		if lit == "" || !t.IsLiteral() && !t.IsKeyword() {
			lit = t.String()
		}
		from := file.Offset(pos)
		if to := from + len(lit); to <= len(src) && string(src[from:to]) == lit {
			list = append(list, tok{from, to, t, lit})
		}
	}
}

var (
	operators = []string{"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "&^", "==", "!=", "<", ">=", "&&", "||", "=", ":=", "+=", "<-", "!", "~"}
	literals  = []string{"0", "1", "-1", "1.5", "2i", "'a'", `"s"`, "nil", "true", "1e100", "256", "1<<70", "0x1p-2", "[]int{1}", "struct{}{}", "func() {}"}
	types     = []string{"int", "uint8", "string", "float64", "complex128", "bool", "error", "any", "[]int", "[3]int", "map[string]int", "*int", "chan int", "func()", "struct{}", "interface{ M() }", "comparable"}
	keywords  = []string{"break", "continue", "return", "go", "defer", "type", "var", "const", "func", "if", "for", "range", "switch", "select", "case", "default", "struct", "interface", "map", "chan", "goto", "fallthrough", "else", "import"}
)

// change returns what stands for token i afterwards.
func change(r *rand.Rand, list []tok, i int) string {
	t := list[i]
	pick := func(s []string) string { return s[r.Intn(len(s))] }
	other := func(kind func(tok) bool) string {
		for n := 0; n < 50; n++ {
			if o := list[r.Intn(len(list))]; kind(o) && o.text != t.text {
				return o.text
			}
		}
		return t.text + "_"
	}
	isName := func(o tok) bool { return o.tok == token.IDENT }
	switch {
	case r.Intn(12) == 0:
		return "" // deleted
	case r.Intn(20) == 0:
		return t.text + " " + t.text
	case r.Intn(25) == 0:
		return pick(keywords) + " " + t.text
	case r.Intn(25) == 0:
		return list[r.Intn(len(list))].text
	}
	switch {
	case t.tok == token.IDENT:
		switch r.Intn(8) {
		case 0:
			return t.text + "x"
		case 1:
			return pick(types)
		case 2:
			return pick(literals)
		case 3:
			return t.text + "." + other(isName)
		case 4:
			return "*" + t.text
		case 5:
			return t.text + "()"
		}
		return other(isName)
	case t.tok.IsLiteral():
		if r.Intn(3) == 0 {
			return other(isName)
		}
		return pick(literals)
	case t.tok.IsKeyword():
		return pick(keywords)
	case strings.Contains("()[]{},;:.", t.text):
		return pick([]string{"(", ")", "[", "]", "{", "}", ",", ";", ":", ".", "..."})
	}
	return pick(operators)
}

func main() {
	n := flag.Int("n", 100, "programs")
	seed := flag.Int64("seed", 1, "of the random numbers")
	out := flag.String("out", "", "directory")
	flag.Parse()
	r := rand.New(rand.NewSource(*seed))
	for _, sub := range []string{"check", "examples", "fixedbugs", "spec"} {
		if err := os.MkdirAll(filepath.Join(*out, sub), 0o777); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	for i := 0; i < *n; i++ {
		src, err := os.ReadFile(flag.Arg(r.Intn(flag.NArg())))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		text := string(src)
		for k := 1 + r.Intn(3); k > 0; k-- {
			list := tokens([]byte(text))
			if len(list) < 4 {
				break
			}
			// Most are about types: punctuation is spared three times of four.
			at := 2 + r.Intn(len(list)-2)
			for n := 0; n < 3 && list[at].tok != token.IDENT && !list[at].tok.IsLiteral(); n++ {
				at = 2 + r.Intn(len(list)-2)
			}
			text = text[:list[at].from] + change(r, list, at) + text[list[at].to:]
		}
		name := filepath.Join(*out, "check", fmt.Sprintf("m%05d.go", i))
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
}
