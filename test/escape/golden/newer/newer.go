//go:build go1.24

// Package newer: what came after Go 1.19.
package newer

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

var sink any

func perIteration() (fs []func() int) {
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { return i })
	}
	for i := range 3 {
		fs = append(fs, func() int { return i })
	}
	for i := range 3 {
		p := &i
		*p++
	}
	return
}

func seq(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func ranged(n int) (s int, p *int) {
	for x := range seq(n) {
		s += x
		if x > 3 {
			p = &x
			break
		}
	}
	for k, v := range maps.All(map[string]int{"a": 1}) {
		if v > 1 {
			return len(k), nil
		}
		defer func() { s++ }()
	}
	return
}

func library(v []string, m map[string]int) []string {
	slices.Sort(v)
	v = slices.DeleteFunc(v, func(s string) bool { return s == "" })
	keys := slices.Collect(maps.Keys(m))
	for part := range strings.SplitSeq("a,b", ",") {
		keys = append(keys, part)
	}
	return keys
}

func onces(x int) func() int {
	f := sync.OnceValue(func() int { return x })
	var p atomic.Pointer[int]
	p.Store(&x)
	return f
}

func builtins(s []int, m map[int]int, x, y int) int {
	clear(s)
	clear(m)
	sink = min(x, y)
	sink = max(1, x, 3)
	return min(x, y) + max(x, y)
}

func arrays(s []int) [4]int { return [4]int(s) }

type Set[T comparable] = map[T]struct{}

func aliases() {
	s := Set[int]{1: {}}
	sink = s
	sink = Set[string]{}
}

func makes(n int) {
	a := make([]byte, n)
	b := make([]int, 0, n)
	b = append(b, 1)
	_ = a
}
