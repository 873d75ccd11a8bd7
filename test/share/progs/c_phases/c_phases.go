// Package c_phases is a control: two goroutines write to one line, but the second begins when the first has ended.
package c_phases

import "sync/atomic"

// Steps are on one line.
type Steps struct {
	load, save atomic.Int64
}

// Work counts n in load, and then n in save, in goroutines of their own.
func (s *Steps) Work(n int) {
	done := make(chan bool)
	go func() {
		for i := 0; i < n; i++ {
			s.load.Add(1)
		}
		done <- true
	}()
	<-done
	go func() {
		for i := 0; i < n; i++ {
			s.save.Add(1)
		}
		done <- true
	}()
	<-done
}
