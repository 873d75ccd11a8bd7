// Package prealloc: in functions Want... there is room made for what the loop appends, in Keep... not.
package prealloc

import "errors"

type list []int

func WantNil(xs []int) []int {
	var out []int
	for _, x := range xs {
		out = append(out, x)
	}
	return out
}

func WantEmpty(xs []string) []int {
	out := []int{}
	for i := range xs {
		out = append(out, i)
	}
	return out
}

func WantMake(xs map[string]int) []string {
	out := make([]string, 0)
	for k := range xs {
		out = append(out, k)
	}
	return out
}

func WantTwo(xs []int) list {
	var out list
	for _, x := range xs {
		out = append(out, x, x)
		out = append(out, -x)
	}
	return out
}

func WantMap(xs []string) map[string]bool {
	m := make(map[string]bool)
	for _, x := range xs {
		m[x] = true
	}
	return m
}

func WantCount(n int) []int {
	var out []int
	for i := 0; i < n; i++ {
		out = append(out, i)
	}
	return out
}

func WantEarly(xs []int) ([]int, error) {
	var out []int
	for _, x := range xs {
		if x < 0 {
			return nil, errors.New("negative")
		}
		out = append(out, x)
	}
	return out, nil
}

func WantResult(xs []int) (out []int) {
	for _, x := range xs {
		out = append(out, x)
	}
	return
}

func WantField(s struct{ xs []int }) []int {
	var out []int
	for _, x := range s.xs {
		out = append(out, x)
	}
	return out
}

func KeepSome(xs []int) []int {
	var out []int
	for _, x := range xs {
		if x > 0 {
			out = append(out, x)
		}
	}
	return out
}

func KeepContinue(xs []int) []int {
	var out []int
	for _, x := range xs {
		if x < 0 {
			continue
		}
		out = append(out, x)
	}
	return out
}

func KeepBreak(xs []int) []int {
	var out []int
	for _, x := range xs {
		if x < 0 {
			break
		}
		out = append(out, x)
	}
	return out
}

func KeepSeen(xs []int) []int {
	var out []int
	for _, x := range xs {
		out = append(out, x+len(out))
	}
	return out
}

func KeepBefore(xs []int) []int {
	var out []int
	out = append(out, 7)
	for _, x := range xs {
		out = append(out, x)
	}
	return out
}

// Somebody from outside says how much, and the loop may end at once.
func KeepUntrusted(n int, next func() (int, error)) ([]int, error) {
	var out []int
	for i := 0; i < n; i++ {
		x, err := next()
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// After a panic of f the deferred function sees whether out is nil.
func KeepDeferred(xs []int, f func(int) int, see func([]int)) {
	var out []int
	defer func() { see(out) }()
	for _, x := range xs {
		out = append(out, f(x))
	}
}

func KeepString(s string) []rune {
	var out []rune
	for _, r := range s {
		out = append(out, r)
	}
	return out
}

func KeepChannel(c chan int) []int {
	var out []int
	for x := range c {
		out = append(out, x)
	}
	return out
}

func KeepSpread(xs [][]int) []int {
	var out []int
	for _, x := range xs {
		out = append(out, x...)
	}
	return out
}

func KeepGoto(xs []int) []int {
	n := 0
	var out []int
again:
	for _, x := range xs {
		out = append(out, x)
	}
	if n++; n < 2 {
		goto again
	}
	return out
}

func KeepResultSeen(xs []int) (out []int) {
	for _, x := range xs {
		if x < 0 {
			return
		}
		out = append(out, x)
	}
	return
}

func KeepNegative(n int) []int {
	out := []int{}
	for i := 0; i < n; i++ {
		out = append(out, i)
	}
	return out
}

// The caller sees what was appended before the panic.
func KeepRecovered(xs []int) (out []int) {
	defer func() { recover() }()
	for _, x := range xs {
		out = append(out, 10/x)
	}
	return
}
