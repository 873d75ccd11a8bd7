// Situation 3: N uncontended lock and unlock pairs are made between the two accesses, by a
// goroutine that has nothing to do with the race.  Usage: resets N [racy|ordered]
package main

import (
	"sync"

	"lost/quiet"
)

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
	n := quiet.Arg(1, 1500000)
	ordered := quiet.Word(2, "racy") == "ordered"
	edge := make(chan int, 1)

	var made, end quiet.Flag
	go func() { // GO1
		first() // CALL1
		if ordered {
			edge <- 1
		}
		made.Set()
		end.Wait()
	}()
	made.Wait()

	var mu sync.Mutex
	for i := 0; i < n; i++ {
		mu.Lock()
		mu.Unlock()
	}

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
