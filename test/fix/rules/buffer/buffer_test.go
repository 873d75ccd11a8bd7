package buffer

import (
	"fmt"
	"strings"
	"testing"
)

func TestBuffer(t *testing.T) {
	for _, n := range []int{0, 1, 16, 128, 129, 1000} {
		want := make([]byte, 2*n)
		fill(want, 'a')
		if got := WantString(n); got != string(want) {
			t.Errorf("%d: %q", n, got)
		}
		if got := WantName(n); got != n*(n-1)/2+n {
			t.Errorf("%d: %d", n, got)
		}
		s := strings.Repeat("ab", n)
		if got := WantEmpty(n, s); got != s[:n] {
			t.Errorf("%d: %q", n, got)
		}
	}
	if WantLoop(50) != 0 {
		t.Error("not zeroed")
	}
	if r := WantNegative(-1); !strings.Contains(fmt.Sprint(r), "makeslice") {
		t.Errorf("negative: %v", r)
	}
	if KeepShadow(make([]byte, 3), 2) != 6 || KeepShadowCapacity(make([]byte, 3), 2) != 5 {
		t.Error("the number of another")
	}
	if KeepAligned(1) == 0 || !KeepNumber(3) || KeepField(1) != 7 || KeepArray(1) != 7 || KeepMethod(1) != 7 || WantParts(3) != 2 {
		t.Error("elements by address")
	}
	if KeepGoto(3) != 'x' {
		t.Error("one array for two")
	}
}
