// Package pair has two workers.
package pair

import "sync"

// Run calls both functions n times, at once.
func Run(n int, left, right func()) {
	var wg sync.WaitGroup
	wg.Add(2)
	for _, f := range []func(){left, right} {
		go func(f func()) {
			defer wg.Done()
			for i := 0; i < n; i++ {
				f()
			}
		}(f)
	}
	wg.Wait()
}
