package order

import "testing"

func TestMove(t *testing.T) {
	s := &Stats{name: "a", peer: "b", mtu: 1500}
	s.Move(1000)
	if s.in.Load() != 1000 || s.out.Load() != 1000 || s.inBytes.Load() != 64000 || s.outBytes.Load() != 64000 {
		t.Errorf("%d, %d, %d, %d", s.in.Load(), s.out.Load(), s.inBytes.Load(), s.outBytes.Load())
	}
}

// BenchmarkMove measures a packet each way.
func BenchmarkMove(b *testing.B) {
	s := new(Stats)
	b.ResetTimer()
	s.Move(b.N)
}
