// Package bodies calls functions of a package that it does not import: some bodies it can see, some not.
package bodies

import "example.org/golden/bodiesnear"

func direct() int { return bodiesnear.Exported() }

func generic() int { return bodiesnear.Generic("x") + bodiesnear.Alone(1) }

func methods() int {
	bodiesnear.D.Inc()
	return bodiesnear.D.Get()
}

// Costs depend on it too.
func cost(a, b int) int {
	return bodiesnear.D.Get() + a*b + a*a + b*b + bodiesnear.D.Get()
}

func caller() int { return cost(1, 2) + direct() + generic() + methods() }
