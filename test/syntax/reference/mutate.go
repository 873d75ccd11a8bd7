package main

import (
	"fmt"
	"go/scanner"
	"go/token"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
)

// What may be put in place of, or between, the tokens of a file.
var pieces = []string{
	"break", "case", "chan", "const", "continue", "default", "defer", "else", "fallthrough", "for", "func", "go",
	"goto", "if", "import", "interface", "map", "package", "range", "return", "select", "struct", "switch", "type",
	"var", "(", ")", "[", "]", "{", "}", ",", ";", ":", ".", "...", "=", ":=", "<-", "*", "&", "&^", "&^=", "+", "++",
	"--", "-", "!", "!=", "==", "~", "|", "||", "<<", ">>=", "/", "%=", "x", "_", "int", "é", "x1", "\n", "\n\n",
	"0", "0x", "0x1p-2", "0b12", "08", "1_0", "1__0", "0_", "1e", "1.5e+", "0x1.8", "0o8", "1i", ".5", "1.", "'a'", "''",
	"'ab'", "'\\x'", "'\\u00'", "'\\400'", "'\\ud800'", "'", "\"", "\"s\"", "\"\\q\"", "\"\\xZZ\"", "`", "`raw`", "`a\nb`",
	"//", "// c\n", "/*", "/* c */", "/* a\nb */", "//line f:10\n", "\n//line :5\n", "\n//line f:0\n", "\n//line f:x\n",
	"\n//line f:1:0\n", "/*line f:1:2*/", "\n//go:noinline\n", "\x00", "\xff", "\xef\xbb\xbf", "\xc3\x28", "#", "?", "@",
	"$", "\\", "\u2028", "\u0661", "\U0001F600", "\r", "\t", " ", "T[P]", "[P *C]", "P *C,", "x.(type)", "<-chan int", "(<-chan int)",
	"chan<- chan", "func()", "func() {}", "struct{}", "interface{ ~int | m() }", "x := range", "a, b", "a, b := c", "L:",
	"if x {}", "for range x {}", "switch x := y.(type) {", "case x:", "T{}", "(T){}", "&(T{})", "x[1:2:3]", "x[::]", "f(x...)", "[...]int",
}

// mutate writes n files to dir, each a file of the list with one to three tokens changed.
func mutate(files []string, seed int64, n int, dir string) {
	rnd := rand.New(rand.NewSource(seed))
	for made := 0; made < n; {
		src, err := os.ReadFile(files[rnd.Intn(len(files))])
		if err != nil || len(src) > 20000 || len(src) == 0 {
			continue
		}
		var cuts []int // where tokens begin
		var s scanner.Scanner
		set := token.NewFileSet()
		file := set.AddFile("", -1, len(src))
		s.Init(file, src, func(token.Position, string) {}, scanner.ScanComments)
		for {
			pos, tok, _ := s.Scan()
			if tok == token.EOF {
				break
			}
			cuts = append(cuts, file.Offset(pos))
		}
		cuts = append(cuts, len(src))
		out := string(src)
		for edits := 1 + rnd.Intn(3); edits > 0; edits-- {
			i := rnd.Intn(len(cuts))
			from, to := cuts[i], len(src)
			if i+1 < len(cuts) {
				to = cuts[i+1]
			}
			from, to = min(from, len(out)), min(to, len(out))
			piece := pieces[rnd.Intn(len(pieces))]
			switch rnd.Intn(7) {
			case 0: // without the token
				out = out[:from] + out[to:]
			case 1: // twice
				out = out[:to] + out[from:]
			case 2, 3: // another
				out = out[:from] + piece + " " + out[to:]
			case 4: // one more
				out = out[:from] + piece + " " + out[from:]
			case 5: // pieces anywhere, also inside tokens
				at := rnd.Intn(len(out) + 1)
				if strings.ContainsAny(piece, "\x00\xff\ufeff") || strings.Contains(piece, "\xc3\x28") {
					continue // the compiler reads on behind them within operators and numbers, we do not
				}
				out = out[:at] + piece + out[at:]
			case 6:
				if rnd.Intn(4) == 0 {
					out = out[:from]
				} else if len(out) > 0 { // a byte less
					at := rnd.Intn(len(out))
					out = out[:at] + out[at+1:]
				}
			}
		}
		name := filepath.Join(dir, fmt.Sprintf("m%d_%d.go", seed, made))
		if err := os.WriteFile(name, []byte(out), 0o666); err != nil {
			panic(err)
		}
		fmt.Println(name)
		made++
	}
}
