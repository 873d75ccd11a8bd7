package main

import (
	"bufio"
	"fmt"
	"go/scanner"
	"go/token"
	"os"
	"regexp"
	"strings"
)

// What belongs to the check of labels and branches, which gomm's type checker makes.
var branches = regexp.MustCompile(`label|goto|break|continue|fallthrough`)

// declared checks the errors on standard input ("FILE:LINE:COL: TEXT") against the ERROR comments of the files:
// "// ERROR rx" wants one in its line, "/* ERROR rx */" one at the token that follows, and there may be no
// others (GOROOT/src/cmd/compile/internal/syntax/error_test.go).
func declared(files []string) {
	type place struct {
		file      string
		line, col int
	}
	got := map[place][]string{}
	found := regexp.MustCompile(`^(.+):(\d+):(\d+): (.*)$`)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		if m := found.FindStringSubmatch(in.Text()); m != nil {
			p := place{file: m[1]}
			fmt.Sscan(m[2], &p.line)
			fmt.Sscan(m[3], &p.col)
			got[p] = append(got[p], m[4])
		}
	}
	wanted, missing := 0, 0
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		set := token.NewFileSet()
		var s scanner.Scanner
		s.Init(set.AddFile(name, -1, len(src)), src, func(token.Position, string) {}, scanner.ScanComments)
		pattern := ""
		want := func(p place, rx string) {
			if branches.MatchString(rx) {
				return
			}
			wanted++
			r := regexp.MustCompile(rx)
			for q, texts := range got {
				if q.file != p.file || q.line != p.line || p.col != 0 && q.col != p.col {
					continue
				}
				for i, text := range texts {
					if r.MatchString(text) {
						if got[q] = append(texts[:i:i], texts[i+1:]...); len(got[q]) == 0 {
							delete(got, q)
						}
						return
					}
				}
			}
			missing++
			fmt.Printf("%s:%d:%d: missing: %s\n", p.file, p.line, p.col, rx)
		}
		for {
			pos, tok, lit := s.Scan()
			at := set.PositionFor(pos, false)
			p := place{name, at.Line, at.Column}
			if tok == token.COMMENT {
				if strings.HasPrefix(lit, "// ERROR ") {
					p.col = 0
					want(p, strings.TrimSpace(lit[9:]))
				} else if strings.HasPrefix(lit, "/* ERROR ") {
					pattern = strings.TrimSpace(lit[9 : len(lit)-2])
				}
				continue
			}
			if pattern != "" {
				want(p, pattern)
				pattern = ""
			}
			if tok == token.EOF {
				break
			}
		}
	}
	for p, texts := range got {
		fmt.Printf("%s:%d:%d: not wanted: %q\n", p.file, p.line, p.col, texts)
	}
	fmt.Printf("%d wanted, %d missing, %d not wanted\n", wanted, missing, len(got))
}
