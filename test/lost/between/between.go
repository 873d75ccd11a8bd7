// Situation 2: N goroutines are started between the two that race; all live on to the end, as in a
// server with one goroutine per connection.  Usage: between N [racy|ordered]
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
	n := quiet.Arg(1, 251)
	ordered := quiet.Word(2, "racy") == "ordered"
	edge := make(chan int, 1)
	end := make(chan int)

	var made quiet.Flag
	go func() { // GO1
		first() // CALL1
		if ordered {
			edge <- 1
		}
		made.Set()
		<-end
	}()
	made.Wait()

	for i := 0; i < n; i++ {
		var ran quiet.Flag
		go func() {
			ran.Set()
			<-end
		}()
		ran.Wait()
	}

	var done quiet.Flag
	go func() { // GO2
		if ordered {
			<-edge
		}
		second() // CALL2
		done.Set()
		<-end
	}()
	done.Wait()
}
