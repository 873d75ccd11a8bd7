// One race of each common shape, in a fixed order that the detector cannot see, so that two
// detectors must print the same report.  Usage: shapes NAME | shapes -list
package main

import (
	"fmt"
	"os"
	"sort"

	"compat/quiet"
)

var shapes = map[string]func(){}

// order runs first and then second, each in a goroutine of its own and both still there at the end.
func order(first, second func()) {
	var made, done quiet.Flag
	go func() {
		first()
		made.Set()
		done.Wait()
	}()
	made.Wait()
	go func() {
		second()
		done.Set()
	}()
	done.Wait()
}

func main() {
	name := quiet.Word(1, "-list")
	if name == "-list" {
		var names []string
		for n := range shapes {
			names = append(names, n)
		}
		sort.Strings(names)
		for _, n := range names {
			fmt.Println(n)
		}
		return
	}
	f, ok := shapes[name]
	if !ok {
		fmt.Println("no such shape:", name)
		os.Exit(2)
	}
	f()
}
