package printed

import "testing"

func BenchmarkServe(b *testing.B) {
	new(Stats).Serve(b.N)
}
