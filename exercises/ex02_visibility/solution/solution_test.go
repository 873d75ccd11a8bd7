package solution

import (
	"testing"
	"time"
)

type mailbox interface {
	Put(text string)
	Get() string
}

var kinds = []struct {
	name string
	make func() mailbox
}{
	{"Chan", func() mailbox { return NewChanMailbox() }},
	{"Mutex", func() mailbox { return NewMutexMailbox() }},
	{"Atomic", func() mailbox { return new(AtomicMailbox) }},
}

// TestMailbox is the test of the exercise, for each cure: clean under the race detector.
func TestMailbox(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			m := k.make()
			go m.Put("hello")
			time.Sleep(10 * time.Millisecond)
			if got := m.Get(); got != "hello" {
				t.Errorf("got %q", got)
			}
		})
	}
}

// TestMailboxWaits makes the receiver come first.
func TestMailboxWaits(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			m := k.make()
			go func() {
				time.Sleep(10 * time.Millisecond)
				m.Put("hello")
			}()
			if got := m.Get(); got != "hello" {
				t.Errorf("got %q", got)
			}
		})
	}
}

// TestMailboxMany lets both sides meet in every way that the scheduler finds.
func TestMailboxMany(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			for i := 0; i < 1000; i++ {
				m := k.make()
				go m.Put("hello")
				if got := m.Get(); got != "hello" {
					t.Fatalf("round %d: got %q", i, got)
				}
			}
		})
	}
}
