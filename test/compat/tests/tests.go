package tests

// Covered is there for -cover.
func Covered(n int) int {
	if n > 0 {
		return 1
	}
	return 0
}
