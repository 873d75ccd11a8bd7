package names

import "testing"

// It is make's place in the package with its tests.
func make(t *testing.T) int { return 3 }

func TestNames(t *testing.T) {
	if got := KeepLen([]int{1, 2, 3, 4, 5, 6, 7, 8}); got[7] != 16 {
		t.Errorf("got %v", got)
	}
	if got := KeepLocal("a", 3) + KeepFile("b") + KeepQuote("c", 4) + WantPlus("d"); got != "a 3b c 4d " {
		t.Errorf("got %q", got)
	}
	if KeepOwn(nil) != 7 || make(t) != 3 {
		t.Error("not make")
	}
}
