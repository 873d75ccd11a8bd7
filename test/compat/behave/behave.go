// What programs do besides racing: none of these holds a race, all print what they did, and must
// end as they do without a detector.  Usage: behave NAME [N] | behave -list
package main

import (
	"fmt"
	"os"
	"sort"

	"compat/quiet"
)

var tests = map[string]func(n int){}

func main() {
	name := quiet.Word(1, "-list")
	if name == "-list" {
		var names []string
		for n := range tests {
			names = append(names, n)
		}
		sort.Strings(names)
		for _, n := range names {
			fmt.Println(n)
		}
		return
	}
	f, ok := tests[name]
	if !ok {
		fmt.Println("no such test:", name)
		os.Exit(2)
	}
	f(quiet.Arg(2, 0))
	fmt.Println(name, "done")
}

func check(ok bool, format string, args ...interface{}) {
	if !ok {
		fmt.Printf("wrong: "+format+"\n", args...)
		os.Exit(1)
	}
}

func must(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func orDefault(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}
