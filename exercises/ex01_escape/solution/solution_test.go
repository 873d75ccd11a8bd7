package solution

import (
	"reflect"
	"testing"
)

func TestNewUser(t *testing.T) {
	a, b := NewUser(7, "Ada"), NewUser(8, "Bob")
	if a.ID != 7 || a.Name != "Ada" || b.ID != 8 || b.Name != "Bob" {
		t.Errorf("got %+v and %+v", a, b)
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

func TestAppendLog(t *testing.T) {
	if got, want := string(AppendLog(nil, 300, 400)), "at &{300 400}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSequence(t *testing.T) {
	var one, two Sequence
	got := []int64{one.Next(), one.Next(), two.Next(), one.Next()}
	if want := []int64{1, 2, 1, 3}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

var (
	userSink User
	nextSink Sequence
)

// TestNoAllocation is the proof of the exercise: once the room is there, nothing is allocated.
func TestNoAllocation(t *testing.T) {
	r := Registry{users: make([]User, 0, 8)}
	buf := make([]byte, 0, 64)
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"NewUser", func() { userSink = NewUser(7, "Ada") }},
		{"Registry", func() { r.Reset(); r.Add(7, "Ada") }},
		{"AppendLog", func() { buf = AppendLog(buf[:0], 300, 400) }},
		{"Sequence", func() { nextSink = Sequence{}; nextSink.Next() }},
	} {
		if n := testing.AllocsPerRun(100, c.f); n != 0 {
			t.Errorf("%s: %v allocations per call", c.name, n)
		}
	}
}

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
	buf := make([]byte, 0, 64)
	for i := 0; i < b.N; i++ {
		buf = AppendLog(buf[:0], int64(i), 400)
	}
}

func BenchmarkSequence(b *testing.B) {
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		nextSink = Sequence{}
		nextSink.Next()
	}
}
