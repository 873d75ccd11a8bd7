package outline

import (
	"reflect"
	"testing"
)

func TestOutline(t *testing.T) {
	if UseNew(2) != 8 {
		t.Error(UseNew(2))
	}
	if x := WantNew(-1, "a"); !reflect.DeepEqual(x, &Table{n: -1}) {
		t.Errorf("%+v", x)
	}
	if x := WantNew(1, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"); len(x.names) != 9 {
		t.Errorf("%+v", x)
	}
	if x := WantParam(9, 17, ""); x.sizes[1] != 18 || x.n != 17 {
		t.Errorf("%+v", x)
	}
	if KeepDefer(0) != nil {
		t.Error("recovered from")
	}
	func() {
		defer func() {
			if recover() != nil {
				t.Error("not recovered from")
			}
		}()
		defer KeepRecover(3)
		panic("x")
	}()
	if x := KeepClosure(2); x.get() != 4 || x.n != 10 {
		t.Errorf("a copy: %d %d", x.get(), x.n)
	}
	if *KeepAddress(2).p != 4 || KeepSlice([4]int{}).at[0] != 2 || *KeepPart([4]int{}).p != 2 {
		t.Error("a copy")
	}
	at := []int{0}
	if x := WantValue(2, at); x.n != 12 || x.at[0] != 4 || at[0] != 4 {
		t.Errorf("%+v", x)
	}
	if x := WantOther(2, 7); x.n != 3 || *x.p != 7 {
		t.Errorf("%+v", x)
	}
}
