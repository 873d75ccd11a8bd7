// Situation 4: the goroutine of the first access lives on and does N more things (calls and
// memory accesses) before the second access is made.  Usage: events N [racy|ordered]
package main

import "lost/quiet"

var x int

var table [64]int

//go:noinline
func first() {
	x = 1 // FIRST
}

//go:noinline
func second() {
	x = 2 // SECOND
}

//go:noinline
func more(i int) {
	table[i&63]++
}

func main() {
	n := quiet.Arg(1, 60000)
	ordered := quiet.Word(2, "racy") == "ordered"
	edge := make(chan int, 1)

	var made, end quiet.Flag
	go func() { // GO1
		first() // CALL1
		if ordered {
			edge <- 1
		}
		for i := 0; i < n; i += 4 { // a call, a read, a write, a return
			more(i)
		}
		made.Set()
		end.Wait()
	}()
	made.Wait()

	var done quiet.Flag
	go func() { // GO2
		if ordered {
			<-edge
		}
		second() // CALL2
		done.Set()
		end.Wait()
	}()
	done.Wait()
	end.Set()
}
