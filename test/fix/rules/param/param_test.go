package param

import (
	"bytes"
	"testing"
)

func TestParam(t *testing.T) {
	if got := UseNumber(12345, 7, 1<<50); got != 1657 {
		t.Errorf("got %d", got)
	}
	if got := UseHandedOn(65); got != "ABCDEFGH65\n" {
		t.Errorf("got %q", got)
	}
	if got := UseSum(4, list{5, 6, 7}); got != 75 {
		t.Errorf("got %d", got)
	}
	var b bytes.Buffer
	if !UseNil(nil) || !UseNilPassed() || UseInferred(&b) != "*io.Writer" {
		t.Error("nil, or a type")
	}
	b.WriteString("b")
	if UseAsserted(&b) != "b" {
		t.Error("no Stringer")
	}
	UseAssigned(&b)
	UseValue(&b)
	UsePut(&b)
	UseExported(&b)
	n := number(3)
	if b.String() != "bputputexported" || UsePointer(&n) != 3 {
		t.Errorf("got %q", b.String())
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	UsePointer(nil)
}

func BenchmarkNumber(b *testing.B) {
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		UseNumber(12345)
	}
}

func BenchmarkSum(b *testing.B) {
	b.ReportAllocs()
	l := list{1, 2, 3}
	for i := 0; i < b.N; i++ {
		UseSum(3, l)
	}
}
