// One race, and then one way for a program to end.  Usage: exits HOW [N]
// (none: the same without the race)
package main

import (
	"fmt"
	"log"
	"os"
	"runtime"
	"syscall"

	"compat/quiet"
)

var x int

func race() {
	var made quiet.Flag
	go func() {
		x = 1
		made.Set()
	}()
	made.Wait()
	quiet.Settle(1)
	x = 2
}

func main() {
	how := quiet.Word(1, "return")
	n := quiet.Arg(2, 0)
	if how != "none" {
		race()
	}
	fmt.Println("stdout before the end")
	switch how {
	case "return", "none":
	case "exit":
		os.Exit(n)
	case "panic":
		panic("the end")
	case "fatal":
		log.SetFlags(0)
		log.Fatal("the end")
	case "deadlock":
		select {}
	case "goexit":
		runtime.Goexit()
	case "signal":
		syscall.Kill(os.Getpid(), syscall.Signal(n))
		select {}
	case "goroutine-exit":
		go os.Exit(n)
		select {}
	case "goroutine-panic":
		go func() { panic("the end") }()
		select {}
	case "many": // N races, each on an address and with a call stack of its own
		for i := 0; i < n; i++ {
			several(i)
		}
	case "nil":
		var p *int
		*p = 1
	case "stack":
		endless(1)
	default:
		fmt.Println("no such end:", how)
		os.Exit(2)
	}
}

//go:noinline
func several(i int) {
	v := new(int)
	var made, done quiet.Flag
	go func() {
		deeper(i, v)
		made.Set()
		done.Wait()
	}()
	made.Wait()
	deeper(i, v)
	done.Set()
}

//go:noinline
func deeper(i int, v *int) {
	if i == 0 {
		*v = 1
		return
	}
	deeper(i-1, v)
}

//go:noinline
func endless(n int) int { return endless(n+1) + 1 }
