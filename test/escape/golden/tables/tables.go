// Package tables: tables of methods among the data of package variables.
package tables

// Go 1.19 makes the wrappers of all types that the two of a table speak of before anything is inlined.
type tabled interface{ Take(*inTable) tableHead }

type tableHead map[string][]string

func (h tableHead) Has(k string) bool { return h[k] != nil }

type inTable struct {
	tableHead
	next []*behindTable
}

type behindTable struct{ n int }

func (b behindTable) Len() int { return b.n }

type tableBase struct{}

func (tableBase) Reset() {}

type inside struct{ tableBase }

func (inside) Take(t *inTable) tableHead { return t.tableHead }

var Tabled tabled = inside{}

type outsideTable map[string][]string

func (h outsideTable) Has(k string) bool { return h[k] != nil }
