package wordcount

import "testing"

const text = "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f"

func TestCount(t *testing.T) {
	if got := Count(text, 10); got != 2*10*32 {
		t.Errorf("%d words, want %d", got, 2*10*32)
	}
}

// BenchmarkCount measures one round over 32 words of one letter, by each worker.
func BenchmarkCount(b *testing.B) {
	Count(text, b.N)
}
