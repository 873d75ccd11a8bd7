package ok

import "testing"

func TestHello(t *testing.T) { var n int = Hello() }
