// Package dep is imported by the cases on initialisation: what its init functions do happens
// before the start of main.
package dep

// Table is filled by init.
var Table map[string]int

// Early is written by init, and by the goroutine that init started once Proceed is closed.
var Early int

// Proceed lets the goroutine go on that init started; Done is closed by it.
var (
	Proceed = make(chan int)
	Done    = make(chan int)
)

// Order records in which order the package's variables and init functions were initialised.
var Order = []string{"variable"}

func init() {
	Table = map[string]int{"a": 1}
	Order = append(Order, "first init")
	go func() {
		<-Proceed
		Early++
		close(Done)
	}()
	Early = 1
}

func init() { Order = append(Order, "second init") }
