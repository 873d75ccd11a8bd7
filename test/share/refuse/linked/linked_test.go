package linked

import "testing"

func BenchmarkCount(b *testing.B) { Count(b.N) }
