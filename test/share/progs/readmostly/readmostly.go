// Package readmostly is the flaw that xsync's maps once had: what every lookup reads lies beside a counter
// that every insertion writes.
package readmostly

import "share.test/both"

// New makes a table with 2^bits places.
func New(bits uint) *Table {
	t := new(Table)
	t.places = make([]int64, 1<<bits)
	t.mask = 1<<bits - 1
	for i := range t.places {
		t.places[i] = int64(i)
	}
	return t
}

// Get looks a key up.
func (t *Table) Get(key int) int64 {
	return t.places[key&t.mask]
}

// Work looks n keys up in one goroutine, while another one counts n insertions.
func (t *Table) Work(n int) (sum int64) {
	both.Run(func(w int) {
		if w == 0 {
			for i := 0; i < n; i++ {
				t.size.Add(1)
			}
			return
		}
		s := int64(0)
		for i := 0; i < n; i++ {
			s += t.Get(i)
			s += t.Get(i + 7)
			s += t.Get(i + 13)
			s += t.Get(i + 29)
		}
		sum = s
	})
	return sum
}
