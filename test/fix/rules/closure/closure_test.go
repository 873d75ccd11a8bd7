package closure

import (
	"sync"
	"testing"
)

func TestClosure(t *testing.T) {
	var mu sync.Mutex
	for i, c := range []struct{ got, want int }{
		{UseCount(8), 3*6 + 5*7 + 7*8 + 9*9 + 11*10 + 13*11 + 15*12 + 17*13},
		{UseGlobal(3), 4},
		{UseGlobal(0), 0},
		{UseLock(&mu), 2},
		{UseShared(), 2 + 3},
		{UseCompared(), 2},
		{UseNil(0), -1},
		{UseNil(1), 2},
		{UseAddress(), 2 + 6},
		{UseTwo(), 2 + 3 + 0},
		{UseDeferred(), 1},
		{UseValue(), 4},
		{UseType(), 5},
		{UseExported(), 2},
		{UseElsewhere(), 2},
	} {
		if c.got != c.want {
			t.Errorf("%d: got %d, want %d", i, c.got, c.want)
		}
	}
	if got := UseOnce([]string{"a", "b"}); got != "a,b," {
		t.Errorf("got %q", got)
	}
}

var sink func() int

func BenchmarkGlobal(b *testing.B) {
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		sink = wantGlobal(i)
		sink()
	}
}
