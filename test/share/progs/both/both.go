// Package both runs what the programs measure: several workers at the same time.
package both

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Workers is how many run at once: more would share no more lines, and two processors are enough to see it.
const Workers = 2

// Run calls f(0) to f(Workers-1), each in a goroutine of its own, and waits for all.
// None begins before all are there.
func Run(f func(worker int)) {
	var ready int32
	var wg sync.WaitGroup
	wg.Add(Workers)
	for w := 0; w < Workers; w++ {
		go func(w int) {
			defer wg.Done()
			atomic.AddInt32(&ready, 1)
			for i := 0; atomic.LoadInt32(&ready) < Workers; i++ {
				if i > 1000 {
					runtime.Gosched()
				}
			}
			f(w)
		}(w)
	}
	wg.Wait()
}
