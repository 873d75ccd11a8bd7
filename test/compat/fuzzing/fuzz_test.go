package fuzzing

import (
	"testing"

	"compat/quiet"
)

func FuzzClean(f *testing.F) {
	f.Add(1, "a")
	f.Fuzz(func(t *testing.T, n int, s string) {
		c := make(chan int)
		go func() { c <- n + len(s) }()
		if <-c != n+len(s) {
			t.Fatal("sum")
		}
	})
}

// The race comes with some inputs only.
func FuzzRacy(f *testing.F) {
	f.Add(byte(0))
	f.Fuzz(func(t *testing.T, b byte) {
		v := new(int)
		var made quiet.Flag
		go func() {
			if b%2 == 1 {
				*v = 1
			}
			made.Set()
		}()
		made.Wait()
		*v = 2
	})
}
