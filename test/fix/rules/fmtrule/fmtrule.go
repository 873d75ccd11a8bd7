// Package fmtrule: functions Want... are rewritten without package fmt, functions Keep... are not.
package fmtrule

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

type Level int8

func (l Level) String() string { return "level" }

type Plain int16

type Name string

func WantInts(a int, b int8, c int16, d int32, e int64) string {
	return fmt.Sprintf("%d,%d|%v %d%d%%", a, b, c, d, e)
}

func WantUints(a uint, b uint8, c uint16, d uint32, e uint64, f uintptr) string {
	return fmt.Sprintf("%d,%d|%v %d%d %d", a, b, c, d, e, f)
}

func WantBases(a int, b uint32, c Plain) string { return fmt.Sprintf("%x %o %b %d", a, b, a, c) }

func WantStrings(a string, b Name, c []byte) string {
	return fmt.Sprintf("<%s|%v|%s\n\t\"\\\x00é%s>", a, b, c, a+a)
}

func WantQuoted(a string, b Name) string { return fmt.Sprintf("%q %q", a, b) }

func WantBools(a, b bool) string { return fmt.Sprintf("%t %v", a, b) }

func WantFloats(a float64, b float32) string { return fmt.Sprintf("%.2f %.0f", a, b) }

// %d asks no String method.
func WantLevel(l Level) string { return fmt.Sprint("") + fmt.Sprintf("%s", "x") }

func WantSprint(a int) string { return fmt.Sprint(a)[0:] + "!" }

func WantSprintStrings(a, b string) string { return fmt.Sprint(a, "-", b) }

func WantSprintln(a int, b string) string { return fmt.Sprintln(a, b) }

func WantConstant() string { return fmt.Sprintf("nothing %% to see") }

func WantErrorf(a string, n int) error { return fmt.Errorf("bad %q at %d", a, n) }

func WantBuilder(a string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d\n", a, n)
	fmt.Fprint(&b, n)
	fmt.Fprintln(&b, a, n)
	return b.String()
}

func WantBuffer(b *bytes.Buffer, n int) { fmt.Fprintf(b, "n=%d", n) }

func WantOrder(a, b func() string) string { return fmt.Sprintf("%s%s", a(), b()) }

func KeepStringer(l Level) string { return fmt.Sprintf("%v", l) }

func KeepStringerNumber(l Level) string { return fmt.Sprintf("%x", l) }

func KeepInterface(v any) string { return fmt.Sprintf("%v", v) }

func KeepError(err error) string { return fmt.Sprintf("failed: %v", err) }

func KeepWrapped(err error) error { return fmt.Errorf("x: %w", err) }

func KeepWidth(a int) string { return fmt.Sprintf("%5d", a) }

func KeepFlags(a int) string { return fmt.Sprintf("%+d %#x %05d", a, a, a) }

func KeepFloat(a float64) string { return fmt.Sprintf("%v %g %e", a, a, a) }

func KeepIndex(a, b int) string { return fmt.Sprintf("%[2]d %[1]d", a, b) }

func KeepMissing(a int, v ...any) string { return fmt.Sprintf("%d %d", append([]any{a}, v...)...) }

func KeepFormat(f string, a int) string { return fmt.Sprintf(f, a) }

func KeepRune(r rune) string { return fmt.Sprintf("%c%U", r, r) }

func KeepPointer(p *int) string { return fmt.Sprintf("%p", p) }

func KeepWriter(w io.Writer, n int) { fmt.Fprintf(w, "%d", n) }

func KeepResult(b *strings.Builder, n int) (int, error) { return fmt.Fprintf(b, "%d", n) }

// What p points to may be changed by the call, and the language leaves open when it is read.
func KeepOrder(p *string, change func() string) string { return fmt.Sprintf("%s%s", *p, change()) }

type Pair struct {
	A    int
	text string
	Both struct{ Yes, No bool }
}

// WantStruct prints a struct as fmt would, and the pointer to one.
func WantStruct(a int, s string) string {
	p := Pair{A: a, text: s}
	p.Both.Yes = a > 0
	return fmt.Sprintf("%v %v", p, &p) + fmt.Sprint(p)
}

type Holder struct{ P *Pair }

// KeepInner has an address in it, which fmt prints.
func KeepInner(p *Pair) string {
	h := Holder{p}
	return fmt.Sprintf("%v", h)
}

// KeepPlus has names in it.
func KeepPlus(a int) string {
	p := Pair{A: a}
	return fmt.Sprintf("%+v", p)
}

// KeepNil may print <nil>.
func KeepNil(p *Pair) string { return fmt.Sprintf("%v", p) }

func KeepSprint(a, b int) string { return fmt.Sprint(a, b) }

var errKeep = errors.New("keep")
