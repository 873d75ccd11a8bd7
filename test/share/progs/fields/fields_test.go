package fields

import "testing"

func TestServe(t *testing.T) {
	s := new(Stats)
	s.Serve(1000)
	if r, f := s.Requests.Load(), s.Failures.Load(); r != 1000 || f != 1000 {
		t.Errorf("%d requests, %d failures, want 1000 each", r, f)
	}
}

func BenchmarkServe(b *testing.B) {
	s := new(Stats)
	b.ResetTimer()
	s.Serve(b.N)
}
