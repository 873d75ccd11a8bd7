package main

import (
	"fmt"
	"path/filepath"
	"sort"
	"time"
)

// bench types into a file, rounds times, and prints medians in ms: from the edit to its diagnostics, and from there to the
// answers of a hover and of the inlay hints of 60 lines; and the server's memory in MB, its worker's apart.
func bench(path string, rounds int) {
	path, _ = filepath.Abs(path)
	c := start(*gomm, filepath.Dir(path), nil)
	c.initialize(filepath.Dir(path), nil, object{"debounce": *debounce})
	began := time.Now()
	c.openFile(path)
	first, _ := c.diagnostics(path, 1)
	cold := time.Since(began)
	var edit, hover, hints []time.Duration
	for i := 0; i < rounds; i++ {
		began = time.Now()
		c.change(path, i+2, object{"range": span(0, 0, 0, 0), "text": fmt.Sprintf("// %d\n", i)})
		if p, ok := c.diagnostics(path, i+2); !ok || len(p.Diagnostics) != len(first.Diagnostics) {
			fmt.Printf("edit %d: %d diagnostics, %d before\n", i, len(p.Diagnostics), len(first.Diagnostics))
			return
		}
		edit = append(edit, time.Since(began))
		c.forget()
		began = time.Now()
		c.hover(path, 20+i, 6)
		hover = append(hover, time.Since(began))
		began = time.Now()
		c.hints(path, 40, 100)
		hints = append(hints, time.Since(began))
	}
	fmt.Printf("%.0f %.0f %.0f %.1f %.1f %d %.1f\n", ms(cold), ms(median(edit)), ms(worst(edit)), ms(median(hover)), ms(median(hints)),
		len(first.Diagnostics), float64(c.rss())/1024)
	c.end()
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func worst(v []time.Duration) (w time.Duration) {
	for _, d := range v {
		if d > w {
			w = d
		}
	}
	return
}

func median(v []time.Duration) time.Duration {
	if len(v) == 0 {
		return 0
	}
	w := append([]time.Duration(nil), v...)
	sort.Slice(w, func(i, k int) bool { return w[i] < w[k] })
	return w[len(w)/2]
}
