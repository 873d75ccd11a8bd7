package histogram

import "testing"

var pixels = func() []byte {
	v := make([]byte, 256)
	for i := range v {
		v[i] = byte(i * 37)
	}
	return v
}()

func TestCount(t *testing.T) {
	if got := Count(pixels, 10); got != 2*10*32 {
		t.Errorf("%d bright pixels, want %d", got, 2*10*32)
	}
}

// BenchmarkCount measures one round over 256 pixels, by each worker.
func BenchmarkCount(b *testing.B) {
	Count(pixels, b.N)
}
