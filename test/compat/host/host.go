// Loads the plugin that its argument names and races with it.
package main

import (
	"fmt"
	"os"
	"plugin"

	"compat/quiet"
)

func main() {
	p, err := plugin.Open(os.Args[1])
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	f, err := p.Lookup("Set")
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
	set := f.(func(*int, int))
	x := new(int)
	var made, done quiet.Flag
	go func() {
		*x = 1
		made.Set()
		done.Wait()
	}()
	made.Wait()
	set(x, 2)
	done.Set()
	fmt.Println("loaded", *x)
}
