package shown

import "testing"

func BenchmarkStats(b *testing.B) { new(Stats).Count(b.N) }
func BenchmarkTable(b *testing.B) { new(Table).Count(b.N) }
