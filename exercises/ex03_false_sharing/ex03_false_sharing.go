// Package ex03 holds exercise 3: two goroutines that share no variable, and yet slow each other.
package ex03

import "sync/atomic"

// Counters are independent: nobody who counts in A looks at B. Each is atomic because a third
// goroutine may read it at any time.
type Counters struct {
	A atomic.Int64
	B atomic.Int64
}

// Hammer adds n to each counter, one by one, from two goroutines at once.
func (c *Counters) Hammer(n int) {
	done := make(chan struct{}, 2)
	go func() {
		for i := 0; i < n; i++ {
			c.A.Add(1)
		}
		done <- struct{}{}
	}()
	go func() {
		for i := 0; i < n; i++ {
			c.B.Add(1)
		}
		done <- struct{}{}
	}()
	<-done
	<-done
}
