package hoist

import "testing"

func TestHoist(t *testing.T) {
	if !WantDirect("aa") || WantVariable("abbc") != "axc" || WantReplacer("a") != "b" || KeepLongest("ab") != "ab" {
		t.Error("wrong")
	}
	if KeepError() == KeepError() {
		t.Error("the same")
	}
}
