package handed

import "testing"

func BenchmarkCount(b *testing.B) { Count(b.N) }
func BenchmarkBoth(b *testing.B)  { Both(b.N) }
func BenchmarkServe(b *testing.B) {
	n := Convert(new(Old))
	n.Serve(b.N)
}
