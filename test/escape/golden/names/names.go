// Package names: how messages name things of other packages.
package names

import (
	"bytes"
	htemplate "html/template"
	"net/http"
	"text/template"
	"time"
)

var sink interface{}

type inner struct{ http.Handler }

func qualified(b *bytes.Buffer) {
	sink = *b
	sink = time.Second
	sink = http.Header{"a": nil}
	sink = &bytes.Buffer{}
	sink = new(bytes.Buffer)
	sink = []time.Duration{1}
	sink = map[string]http.HandlerFunc{}
	sink = func(http.ResponseWriter, *http.Request) {}
	sink = make(chan<- time.Time)
	sink = struct {
		a  int
		B  time.Month "tag"
		in inner
	}{}
	sink = bytes.NewBuffer(nil)
	sink = inner{}
	sink = [2]interface {
		Foo(int, ...string) (bool, error)
	}{}
	sink = make([]func(a, b int) (x int, err error), 3)
}

func sameName(a *htemplate.Template, b *template.Template) {
	sink = *a
	sink = *b
	sink = htemplate.HTML("x")
	sink = template.FuncMap{}
}

func locals() {
	type T struct{ x int }
	sink = T{1}
	sink = []T{}
	f := func() {
		type T struct{ y string }
		sink = &T{}
	}
	f()
}
