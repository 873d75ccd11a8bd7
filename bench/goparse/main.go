// Goparse is go/parser on the files named on standard input: the peer of bench/parse_speed.c, with the same
// output.
//
//	goparse [-keep] rounds
//
// Comments are not kept and identifiers not resolved (parser.SkipObjectResolution): the least that go/parser can
// do.  One thread: GOMAXPROCS is 1, so that the garbage collector's work counts as well.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func cpu() int64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}

func peak() string {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "VmHWM:") {
			return strings.Fields(line)[1]
		}
	}
	return "0"
}

func main() {
	runtime.GOMAXPROCS(1)
	args := os.Args[1:]
	keep := len(args) > 1 && args[0] == "-keep"
	rounds := 1
	if len(args) > 0 {
		rounds, _ = strconv.Atoi(args[len(args)-1])
	}
	var names []string
	var texts [][]byte
	lines, size := 0, 0
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		text, err := os.ReadFile(in.Text())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		names = append(names, in.Text())
		texts = append(texts, text)
		lines += bytes.Count(text, []byte("\n"))
		size += len(text)
	}
	for r := 0; r < rounds; r++ {
		var trees []*ast.File
		fset := token.NewFileSet()
		wall, used := time.Now(), cpu()
		for i, text := range texts {
			f, err := parser.ParseFile(fset, names[i], text, parser.SkipObjectResolution)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			if keep {
				trees = append(trees, f)
			}
		}
		fmt.Println(lines, size, time.Since(wall).Nanoseconds(), cpu()-used)
		runtime.KeepAlive(trees)
	}
	fmt.Println("peak", peak())
}
