package exported

import "testing"

func BenchmarkCount(b *testing.B) { Count(b.N) }
