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
}
