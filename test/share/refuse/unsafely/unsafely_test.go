package unsafely

import "testing"

func BenchmarkElements(b *testing.B)  { Elements(b.N) }
func BenchmarkVariables(b *testing.B) { Variables(b.N) }
