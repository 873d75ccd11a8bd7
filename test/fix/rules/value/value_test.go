package value

import "testing"

func TestValues(t *testing.T) {
	var tr Track
	tr.WantAdd(3, 4)
	tr.WantAdd(5, 6)
	if got := tr.Len(); got != 14 {
		t.Error(got)
	}
	if got := UseNew(3); got != 8 {
		t.Error(got)
	}
	p := wantNew(1, 2)
	if *p != (point{1, 2}) || UseLiteral(3) != 3 {
		t.Errorf("%v", *p)
	}
	if UseChanged(1) != 7 || UseMoved(1) != 2 || UseCompared(1) || UseLoop() != 6 || UseMade() != 3 || UseLater() != 9 {
		t.Error("others")
	}
	if r := UseRecovered(0); r == nil || r == 0 {
		t.Errorf("what was recovered from: %v", r)
	}
	if keepGoto(nil) != 10 || UseLent(4) != 4 {
		t.Error("another variable")
	}
}
