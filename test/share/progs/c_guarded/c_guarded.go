// Package c_guarded is a control: a mutex and the data that it guards are on one line, as they should be.
package c_guarded

import (
	"sync"

	"share.test/both"
)

// Account is used under its lock only. Its 32 bytes never lie on two lines.
type Account struct {
	mu                   sync.Mutex
	balance, moves, fees int64
}

// Pay pays in n times by each worker.
func (a *Account) Pay(n int) {
	both.Run(func(int) {
		for i := 0; i < n; i++ {
			a.mu.Lock()
			a.balance += 10
			a.moves++
			a.mu.Unlock()
		}
	})
}
