package ex01

import (
	"io"
	"reflect"
	"strings"
	"testing"
)

func TestNewUser(t *testing.T) {
	a, b := NewUser(7, "Ada"), NewUser(8, "Bob")
	if a.ID != 7 || a.Name != "Ada" || b.ID != 8 || b.Name != "Bob" {
		t.Errorf("got %+v and %+v", *a, *b)
	}
}

func TestRegistry(t *testing.T) {
	var r Registry
	r.Add(7, "Ada")
	r.Add(8, "Bob")
	if got, want := r.Names(), []string{"Ada", "Bob"}; !reflect.DeepEqual(got, want) {
		t.Errorf("names %q, want %q", got, want)
	}
	if r.Reset(); r.Len() != 0 {
		t.Errorf("%d users after Reset", r.Len())
	}
}

func TestLog(t *testing.T) {
	var b strings.Builder
	Log(&b, 300, 400)
	if got, want := b.String(), "at &{300 400}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSequence(t *testing.T) {
	one, two := Sequence(), Sequence()
	got := []int64{one(), one(), two(), one()}
	if want := []int64{1, 2, 1, 3}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The sinks stand for a program that keeps what it gets. Without them the compiler inlines the
// calls below, sees that nothing outlives the loop, and there is no escape left to measure.
var (
	userSink *User
	nextSink func() int64
)

func BenchmarkNewUser(b *testing.B) {
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		userSink = NewUser(int64(i), "Ada")
	}
}

func BenchmarkRegistry(b *testing.B) {
	b.ReportAllocs()
	var r Registry
	for i := 0; i < b.N; i++ {
		if r.Len() == 1024 {
			r.Reset()
		}
		r.Add(int64(i), "Ada")
	}
}

func BenchmarkLog(b *testing.B) {
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		Log(io.Discard, int64(i), 400)
	}
}

func BenchmarkSequence(b *testing.B) {
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		nextSink = Sequence()
		nextSink()
	}
}
