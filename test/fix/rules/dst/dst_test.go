package dst

import (
	"reflect"
	"testing"
)

func TestDst(t *testing.T) {
	for i, c := range []struct{ got, want int }{
		{UseParse(""), -1},
		{UseParse("abc"), 97 + 9 + 3},
		{UseParse("abcdefg"), 97 + 100 + 21 + 7},
		{(&table{5, 2}).Sum(), 0 + 1 + 0 + 2 + 1},
		{UseBytes(), 9 + 9},
		{UseLoop(), 1},
		{UseGoto(), 1},
		{UseMade(), 6},
		{UseValue(), 8},
		{UseExported(), 5},
		{UseSpread(), 6},
		{UseLen(), 3},
	} {
		if c.got != c.want {
			t.Errorf("%d: got %d, want %d", i, c.got, c.want)
		}
	}
	a, err := wantParse("abcdefg")
	b, _ := wantParse("abcdefg")
	if err != nil || a == b || !reflect.DeepEqual(a, b) || a.text != "defg" {
		t.Errorf("got %v and %v: %v", a, b, err)
	}
	if b := wantBytes(); cap(b) != 64 || !reflect.DeepEqual(b[:4], []byte{0, 1, 4, 9}) {
		t.Errorf("got %v", b)
	}
	if UseInterface() == UseInterface() {
		t.Error("two are the same")
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		UseParse("abc")
	}
}
