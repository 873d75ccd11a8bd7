package ex02

import (
	"testing"
	"time"
)

// TestMailbox passes under plain go test, which proves nothing. Under the race detector it fails
// every time, whoever comes first: that is the exercise.
func TestMailbox(t *testing.T) {
	var m Mailbox
	go m.Put("hello")
	// Both goroutines would otherwise start at once, and the reports would vary between "read
	// after write" and "write after read". To sleep is no synchronisation, it only makes the
	// first of the two likely.
	time.Sleep(10 * time.Millisecond)
	if got := m.Get(); got != "hello" {
		t.Errorf("got %q", got)
	}
}
