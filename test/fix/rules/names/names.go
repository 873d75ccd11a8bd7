// Package names has functions and types of its own that are called like predeclared ones.
package names

import "fmt"

func len(xs []int) int { return 7 }

func KeepOwn(xs []int) int { return len(xs) }

// KeepLen would ask the package's own len.
func KeepLen(xs []int) []int {
	var out []int
	for _, x := range xs {
		out = append(out, 2*x)
	}
	return out
}

// KeepQuote would ask for a make that the tests have of their own.
func KeepQuote(a string, n int) string { return fmt.Sprintf("%s %d", a, n) }

// WantPlus needs no name at all.
func WantPlus(a string) string { return fmt.Sprintf("%s ", a) }
