// Package append: functions whose last deed is to write a text.
package append

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
)

type point struct {
	X, y int64
	Name string
}

type line struct {
	from, to point
	ok       bool
}

// wantPoint writes a point.
func wantPoint(w io.Writer, x int64, name string) {
	p := point{X: x, y: 2 * x, Name: name}
	fmt.Fprintln(w, "at", &p)
}

func UsePoint(w *bytes.Buffer, names []string) {
	for i, n := range names {
		wantPoint(w, int64(i), n)
	}
	wantPoint(w, 300, "last")
}

func writeWantLine(w io.Writer, n int) {
	l := line{from: point{X: int64(n)}, ok: n > 1}
	if n > 3 {
		l.to.Name = "far"
	}
	fmt.Fprintf(w, "%v|%d\n", l, n)
}

func UseLine(n int) string {
	var b strings.Builder
	func() {
	outer:
		for i := 0; i < n; i++ {
			for k := 0; k < n; k++ {
				if k == 2 {
					continue outer
				}
				writeWantLine(&b, i+k)
				writeWantLine(&b, i-k)
			}
		}
	}()
	return b.String()
}

// Two writes are not one.
func keepTwo(w io.Writer, n int) {
	fmt.Fprint(w, "n is ")
	fmt.Fprintln(w, n)
}

func UseTwo(w io.Writer) {
	for i := 0; i < 3; i++ {
		keepTwo(w, i)
	}
}

// Nothing is written, sometimes.
func keepReturn(w io.Writer, n int) {
	if n < 0 {
		return
	}
	fmt.Fprintln(w, n)
}

func UseReturn(w io.Writer) {
	for i := -1; i < 3; i++ {
		keepReturn(w, i)
	}
}

func keepDefer(w io.Writer, n int, done func()) {
	defer done()
	fmt.Fprintln(w, n)
}

func UseDefer(w io.Writer, done func()) {
	for i := 0; i < 3; i++ {
		keepDefer(w, i, done)
	}
}

var out io.Writer = os.Stdout

// The text changes where it goes.
func keepMoved(w io.Writer, n int) {
	out = io.Discard
	fmt.Fprintln(w, n)
}

func UseMoved() {
	for i := 0; i < 3; i++ {
		keepMoved(out, i)
	}
}

// The writer is what a function says.
func keepCalled(w io.Writer, n int) { fmt.Fprintln(w, n) }

func UseCalled(w func() io.Writer) {
	for i := 0; i < 3; i++ {
		keepCalled(w(), i)
	}
}

func keepResult(w io.Writer, n int) {
	n, _ = fmt.Fprintln(w, n)
	fmt.Fprintln(w, n)
}

func UseResult(w io.Writer) {
	for i := 0; i < 3; i++ {
		keepResult(w, i)
	}
}

func keepValue(w io.Writer, n int) { fmt.Fprintln(w, n) }

func UseValue(w io.Writer) {
	f := keepValue
	for i := 0; i < 3; i++ {
		keepValue(w, i)
		f(w, i)
	}
}

// Somebody else may change the point while it is printed.
func keepLent(w io.Writer, change func(*point)) {
	var p point
	change(&p)
	fmt.Fprintln(w, &p)
}

func UseLent(w io.Writer, change func(*point)) {
	for i := 0; i < 3; i++ {
		keepLent(w, change)
	}
}

type loud struct{ n int }

func (l *loud) String() string { return "LOUD" }

// It has its own text.
func keepLoud(w io.Writer, n int) {
	l := loud{n}
	fmt.Fprintln(w, &l)
}

func UseLoud(w io.Writer) {
	for i := 0; i < 3; i++ {
		keepLoud(w, i)
	}
}

type inner struct{ l loud }

func keepInner(w io.Writer, n int) {
	l := inner{loud{n}}
	fmt.Fprintln(w, l)
}

func UseInner(w io.Writer) {
	for i := 0; i < 3; i++ {
		keepInner(w, i)
	}
}

// KeepExported is one that importers know.
func KeepExported(w io.Writer, n int) { fmt.Fprintln(w, n) }

func UseExported(w io.Writer) {
	for i := 0; i < 3; i++ {
		KeepExported(w, i)
	}
}
