package versions

type B[P any] = []P

func k() {
	for x := range g {
		_ = x
	}
}
