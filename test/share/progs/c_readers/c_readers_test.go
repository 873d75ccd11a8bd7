package c_readers

import "testing"

func TestWork(t *testing.T) {
	c := &Config{base: 5, factor: 3}
	if got := c.Work(10); got != 50+45+3*45 {
		t.Errorf("%d, want %d", got, 50+45+3*45)
	}
}

func BenchmarkWork(b *testing.B) {
	c := &Config{base: 5, factor: 3}
	b.ResetTimer()
	c.Work(b.N)
}
