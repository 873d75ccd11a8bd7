package c_guarded

import "testing"

func TestPay(t *testing.T) {
	a := new(Account)
	a.Pay(1000)
	if a.balance != 20000 || a.moves != 2000 {
		t.Errorf("%d after %d moves", a.balance, a.moves)
	}
}

func BenchmarkPay(b *testing.B) {
	a := new(Account)
	b.ResetTimer()
	a.Pay(b.N)
}
