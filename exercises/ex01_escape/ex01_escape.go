// Package ex01 holds exercise 1: four small functions, four ways to move a variable to the heap.
package ex01

import (
	"fmt"
	"io"
)

// User fills 64 bytes.
type User struct {
	ID, Age           int64
	Name, Email, Role string
}

// NewUser builds a user. Cause 1: a pointer to a local variable is returned.
func NewUser(id int64, name string) *User {
	u := User{ID: id, Name: name}
	return &u
}

// Registry remembers users for as long as it lives itself.
type Registry struct {
	users []*User
}

// Add records a user. Cause 2: a pointer to a local variable is stored in something that
// outlives the call.
func (r *Registry) Add(id int64, name string) {
	u := User{ID: id, Name: name}
	r.users = append(r.users, &u)
}

// Len tells how many users are recorded.
func (r *Registry) Len() int { return len(r.users) }

// Names lists the users' names in the order of their recording.
func (r *Registry) Names() []string {
	names := make([]string, 0, len(r.users))
	for _, u := range r.users {
		names = append(names, u.Name)
	}
	return names
}

// Reset forgets all users and keeps the room for the next ones.
func (r *Registry) Reset() { r.users = r.users[:0] }

// A Point is a place on a grid.
type Point struct {
	X, Y int64
}

// Log writes where p is. Cause 3: a pointer to a local variable becomes an interface argument,
// and the compiler cannot see what the callee does with it.
func Log(w io.Writer, x, y int64) {
	p := Point{X: x, Y: y}
	fmt.Fprintln(w, "at", &p)
}

// Sequence returns a function that counts: 1, 2, 3, … Cause 4: the closure that is returned
// captures next by reference.
func Sequence() func() int64 {
	next := int64(0)
	return func() int64 {
		next++
		return next
	}
}
