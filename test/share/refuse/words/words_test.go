package words

import "testing"

func BenchmarkNarrow(b *testing.B) { new(Narrow).Count(b.N) }
func BenchmarkWide(b *testing.B)   { new(Wide).Count(b.N) }
func BenchmarkArray(b *testing.B)  { new(Array).Count(b.N) }
