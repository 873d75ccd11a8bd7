// Package ex02 holds exercise 2: a message that one goroutine publishes and another one awaits.
package ex02

import "runtime"

// A Mailbox carries one message from one goroutine to another.
type Mailbox struct {
	text  string
	ready bool
}

// Put publishes a message.
func (m *Mailbox) Put(text string) {
	m.text = text
	m.ready = true
}

// Get waits for the message and returns it. It works on this machine, today. But no
// synchronisation orders it after Put: nothing promises that ready is ever seen, or that text is
// there when it is.
func (m *Mailbox) Get() string {
	for !m.ready {
		runtime.Gosched()
	}
	return m.text
}
