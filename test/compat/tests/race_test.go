//go:build race

package tests

import (
	"runtime"
	"testing"
)

func TestRaceErrors(t *testing.T) {
	before := runtime.RaceErrors()
	race() // counted
	if n := runtime.RaceErrors() - before; n != 1 {
		t.Errorf("RaceErrors went up by %d", n)
	}
}
