//go:build !race

package hb

import "testing"

func TestNeedsRaceDetector(t *testing.T) {
	t.Skip("the cases need the race detector: gomm test, or go test -race")
}
