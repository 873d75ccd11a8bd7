// Package solution cures exercise 2 three times: each mailbox makes Put happen before the Get
// that returns its message.
package solution

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// ChanMailbox lets a channel carry the message: the send happens before the receive completes.
// It is the plainest cure, and the only one in which the receiver waits without asking again and
// again.
type ChanMailbox struct {
	c chan string
}

// NewChanMailbox returns an empty mailbox with room for its message, so that Put does not wait.
func NewChanMailbox() *ChanMailbox {
	return &ChanMailbox{c: make(chan string, 1)}
}

// Put publishes a message.
func (m *ChanMailbox) Put(text string) { m.c <- text }

// Get waits for the message and returns it.
func (m *ChanMailbox) Get() string { return <-m.c }

// MutexMailbox guards both fields with one mutex: the Unlock in Put happens before the Lock in
// Get that follows it. The condition variable spares Get the polling.
type MutexMailbox struct {
	mu    sync.Mutex
	full  *sync.Cond
	text  string
	ready bool
}

// NewMutexMailbox returns an empty mailbox.
func NewMutexMailbox() *MutexMailbox {
	m := &MutexMailbox{}
	m.full = sync.NewCond(&m.mu)
	return m
}

// Put publishes a message.
func (m *MutexMailbox) Put(text string) {
	m.mu.Lock()
	m.text = text
	m.ready = true
	m.mu.Unlock()
	m.full.Broadcast()
}

// Get waits for the message and returns it.
func (m *MutexMailbox) Get() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for !m.ready {
		m.full.Wait()
	}
	return m.text
}

// AtomicMailbox keeps the shape of the exercise and makes only the flag atomic: the Store that a
// Load observes happens before that Load, and takes along the plain write of text before it.
// The zero AtomicMailbox is ready for use.
type AtomicMailbox struct {
	text  string
	ready atomic.Bool
}

// Put publishes a message. The order of the two lines is the whole cure: text must be complete
// before ready is set.
func (m *AtomicMailbox) Put(text string) {
	m.text = text
	m.ready.Store(true)
}

// Get waits for the message and returns it.
func (m *AtomicMailbox) Get() string {
	for !m.ready.Load() {
		runtime.Gosched()
	}
	return m.text
}
