// Package bodiesnear inlines some functions of bodiesfar, so that it exports their bodies, and leaves others alone.
package bodiesnear

import "example.org/golden/bodiesfar"

var D bodiesfar.D

func Exported() int { return bodiesfar.Used() + 1 }

func Generic[T any](x T) int { return bodiesfar.Used() + bodiesfar.Unused() }

// What is inlined here does not get out: nothing that is exported leads to it.
//
//go:noinline
func hidden() int { return bodiesfar.Hidden() }

func Touch() {
	D.Inc()
	println(hidden())
}

func Alone[T any](x T) int { return bodiesfar.Hidden() }
