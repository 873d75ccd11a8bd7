// Situation 1: the first goroutine of the race has finished, and N others after it, when the
// second access is made.  Usage: finished N [racy|ordered]
package main

import "lost/quiet"

var x int

//go:noinline
func first() {
	x = 1 // FIRST
}

//go:noinline
func second() {
	x = 2 // SECOND
}

func main() {
	n := quiet.Arg(1, 64)
	ordered := quiet.Word(2, "racy") == "ordered"
	edge := make(chan int, 1)

	var made quiet.Flag
	go func() { // GO1
		first() // CALL1
		if ordered {
			edge <- 1
		}
		made.Set()
	}()
	made.Wait()
	quiet.Settle(1)

	for i := 0; i < n; i++ {
		var ran quiet.Flag
		go func() {
			ran.Set()
		}()
		ran.Wait()
		quiet.Settle(1)
	}

	var done quiet.Flag
	go func() { // GO2
		if ordered {
			<-edge
		}
		second() // CALL2
		done.Set()
	}()
	done.Wait()
}
