package append

import (
	"bytes"
	"io"
	"testing"
)

// pieces counts writes.
type pieces struct {
	bytes.Buffer
	n int
}

func (p *pieces) Write(b []byte) (int, error) {
	p.n++
	return p.Buffer.Write(b)
}

func TestAppend(t *testing.T) {
	var p pieces
	for i := 0; i < 2; i++ {
		wantPoint(&p, int64(i), "n")
	}
	wantPoint(&p.Buffer, 9, "m")
	UsePoint(&p.Buffer, []string{"a", "b"})
	if got, want := p.String(), "at &{0 0 n}\nat &{1 2 n}\nat &{9 18 m}\nat &{0 0 a}\nat &{1 2 b}\nat &{300 600 last}\n"; got != want || p.n != 2 {
		t.Errorf("got %q in %d, want %q", got, p.n, want)
	}
	if got, want := UseLine(1), "{{0 0 } {0 0 } false}|0\n{{0 0 } {0 0 } false}|0\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := len(UseLine(5)), 482; got != want {
		t.Errorf("got %d, want %d", got, want)
	}
	var b bytes.Buffer
	UseTwo(&b)
	UseReturn(&b)
	UseDefer(&b, func() { b.WriteString("done\n") })
	UseCalled(func() io.Writer { return &b })
	UseResult(&b)
	UseValue(&b)
	UseLent(&b, func(p *point) { p.X++ })
	UseLoud(&b)
	UseInner(&b)
	UseExported(&b)
	if got, want := b.Len(), 141; got != want {
		t.Errorf("got %d, want %d: %s", got, want, b.String())
	}
}

func BenchmarkPoint(b *testing.B) {
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		wantPoint(io.Discard, int64(i), "name")
	}
}
