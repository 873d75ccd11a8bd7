//go:build go1.21

package versions

func f() {
	for i := range 10 {
		_ = i
	}
	for x := range g {
		_ = x
	}
}

type A[P any] = []P

func g(yield func(int) bool) {}
