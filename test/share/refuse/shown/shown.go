// Package shown encodes its counters, which skips padding, but neither another order nor numbers that have become structs.
package shown

import (
	"encoding/json"
	"fmt"
	"sync/atomic"

	"refuse.test/pair"
)

// Stats mixes up what two goroutines write.
type Stats struct {
	In, Out, InBytes, OutBytes int64
	Labels                     [8]int64
}

// Encode shows them in their order.
func (s *Stats) Encode() ([]byte, error) { return json.Marshal(s) }

// Write is what makes it an io.Writer.
func (s *Stats) Write(p []byte) (int, error) { return len(p), nil }

// Print prints a field, to the struct: padding is not shown.
func (s *Stats) Print() { fmt.Fprintln(s, s.In, &s.Out) }

// Count counts both at once.
func (s *Stats) Count(n int) {
	pair.Run(n, func() {
		atomic.AddInt64(&s.In, 1)
		atomic.AddInt64(&s.InBytes, 1)
	}, func() {
		atomic.AddInt64(&s.Out, 1)
		atomic.AddInt64(&s.OutBytes, 1)
	})
}

// Table has numbers in an array.
type Table struct {
	counts [8]int64
}

// Encode goes through its fields.
func (t *Table) Encode() ([]byte, error) { return json.Marshal(t) }

// Count counts in two of them.
func (t *Table) Count(n int) {
	pair.Run(n, func() { atomic.AddInt64(&t.counts[2], 1) }, func() { atomic.AddInt64(&t.counts[3], 1) })
}
