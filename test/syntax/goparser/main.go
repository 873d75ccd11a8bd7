// Goparser says which of the files named on standard input go/parser accepts: "FILE ok" or "FILE error".
// What go/parser finds but the compiler leaves to its type checker counts as accepted.
package main

import (
	"bufio"
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"regexp"
)

var later = regexp.MustCompile("expected identifier on left side of :=|invalid import path|missing constant value|" +
	"must be function call|function must be invoked")

func semantic(err error) bool {
	list, _ := err.(scanner.ErrorList)
	for _, e := range list {
		if !later.MatchString(e.Msg) {
			return false
		}
	}
	return len(list) > 0
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		_, err := parser.ParseFile(token.NewFileSet(), in.Text(), nil, parser.SkipObjectResolution)
		if err != nil && !semantic(err) {
			fmt.Fprintf(out, "%s error\n", in.Text())
		} else {
			fmt.Fprintf(out, "%s ok\n", in.Text())
		}
	}
}
