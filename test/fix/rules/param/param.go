// Package param: parameters that are interfaces.
package param

import (
	"bytes"
	"fmt"
	"io"
	"sort"
)

type sink struct{ n, sum int }

func (s *sink) Write(b []byte) (int, error) {
	for _, c := range b {
		s.sum += int(c)
	}
	s.n++
	return len(b), nil
}

// wantNumber is called with a *sink everywhere.
func wantNumber(w io.Writer, n int) (err error) {
	b := make([]byte, 0, 24)
	for ; n > 0 && err == nil; n /= 10 {
		b = append(b, byte('0'+n%10))
		if len(b) == 3 {
			_, err = w.Write(b)
			b = b[:0]
		}
		if n > 1<<40 {
			err = wantNumber(w, n>>40)
		}
	}
	for i := range b {
		b[i] ^= 1
	}
	if err == nil {
		_, err = w.Write(b)
	}
	return err
}

func UseNumber(ns ...int) (sum int) {
	var s sink
	for _, n := range ns {
		if wantNumber(&s, n) != nil {
			return -1
		}
	}
	return s.sum + s.n
}

// It is handed on, and the same there.
func wantHandedOn(w io.Writer, n int) {
	var b [8]byte
	for i := range b {
		b[i] = byte(n + i)
	}
	w.Write(b[:])
	fmt.Fprintln(w, n)
}

func UseHandedOn(n int) string {
	var b bytes.Buffer
	wantHandedOn(&b, n)
	return b.String()
}

type source interface{ at(i int) int }

type squares struct{ n, add int }

func (s squares) at(i int) int { return i*i*s.n + s.add }

type list []int

func (l list) at(i int) int { return l[i] }

// wantSum is called with two types that are no pointers.
func wantSum(s source, n int) (sum int) {
	for i := 0; i < n; i++ {
		sum += s.at(i)
		if sum > 1<<30 {
			sum = 0
		}
		for k := 0; k < i; k++ {
			sum ^= k
		}
	}
	return sum
}

func UseSum(n int, l list) int { return wantSum(squares{n, 1}, n) + wantSum(l, len(l)) }

// Nil is no value of the concrete type.
func keepNil(w io.Writer) bool { return w != nil }

func UseNil(s *sink) bool { return keepNil(s) }

func keepNilPassed(w io.Writer) (int, error) {
	return w.Write(nil)
}

func UseNilPassed() (ok bool) {
	defer func() { ok = recover() != nil }()
	if _, err := keepNilPassed(&sink{}); err != nil {
		return false
	}
	keepNilPassed(nil)
	return false
}

func keepAsserted(w io.Writer) string {
	w.Write(nil)
	if s, ok := w.(fmt.Stringer); ok {
		return s.String()
	}
	return ""
}

func UseAsserted(b *bytes.Buffer) string { return keepAsserted(b) }

func keepAssigned(w io.Writer) {
	if w.Write(nil); len("x") == 1 {
		w = io.Discard
	}
	w.Write([]byte("x"))
}

func UseAssigned(b *bytes.Buffer) { keepAssigned(b) }

// The type is inferred.
func keepInferred(w io.Writer) string { return typeName(w) }

func typeName[T any](x T) string { return fmt.Sprintf("%T", &x) }

func UseInferred(b *bytes.Buffer) string { return keepInferred(b) }

// By the pointer a nil one panics as an interface does.
type number int

func (n number) Len() int         { return int(n) }
func (number) Less(i, j int) bool { return false }
func (number) Swap(i, j int)      {}

func keepPointer(s sort.Interface) int { return s.Len() }

func UsePointer(n *number) int { return keepPointer(n) }

func keepValue(w io.Writer) (int, error) { return w.Write(nil) }

var writers = []func(io.Writer) (int, error){keepValue}

func UseValue(b *bytes.Buffer) {
	keepValue(b)
	writers[0](b)
}

type putter interface{ keepPut(w io.Writer) }

type put struct{}

func (put) keepPut(w io.Writer) { w.Write([]byte("put")) }

func UsePut(b *bytes.Buffer) {
	var p putter = put{}
	p.keepPut(b)
	put{}.keepPut(b)
}

// KeepExported is one that importers call.
func KeepExported(w io.Writer) { w.Write([]byte("exported")) }

func UseExported(b *bytes.Buffer) { KeepExported(b) }
