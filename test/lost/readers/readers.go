// Situation 5: 12 goroutines read, one after the other; all but number K are then waited for
// through a channel, and the main goroutine writes.  K = 0 waits for all 12: no race.
// Usage: readers K
package main

import "lost/quiet"

var x int

//go:noinline
func first() int {
	return x // FIRST
}

//go:noinline
func second() {
	x = 2 // SECOND
}

func main() {
	k := quiet.Arg(1, 1)
	edge := make(chan int, 12)
	var end quiet.Flag

	for i := 1; i <= 12; i++ {
		i := i
		var made quiet.Flag
		go func() { // GO1
			first() // CALL1
			if i != k {
				edge <- 1
			}
			made.Set()
			end.Wait()
		}()
		made.Wait()
	}

	waited := 12
	if k != 0 {
		waited--
	}
	for i := 0; i < waited; i++ {
		<-edge
	}
	second() // CALL2
	end.Set()
}
