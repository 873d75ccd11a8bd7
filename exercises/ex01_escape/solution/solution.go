// Package solution does what exercise 1 does, with every variable where its life ends: on the
// stack of the caller, or in memory that the caller already has.
package solution

import "strconv"

// User fills 64 bytes.
type User struct {
	ID, Age           int64
	Name, Email, Role string
}

// NewUser builds a user. The result is a value: the caller decides where it lives.
func NewUser(id int64, name string) User {
	return User{ID: id, Name: name}
}

// Registry remembers users for as long as it lives itself.
type Registry struct {
	users []User
}

// Add records a user. The slice holds the users themselves, so that one allocation serves as
// many of them as the slice has room for.
func (r *Registry) Add(id int64, name string) {
	r.users = append(r.users, User{ID: id, Name: name})
}

// Len tells how many users are recorded.
func (r *Registry) Len() int { return len(r.users) }

// Names lists the users' names in the order of their recording.
func (r *Registry) Names() []string {
	names := make([]string, 0, len(r.users))
	for i := range r.users {
		names = append(names, r.users[i].Name)
	}
	return names
}

// Reset forgets all users and keeps the room for the next ones.
func (r *Registry) Reset() { r.users = r.users[:0] }

// A Point is a place on a grid.
type Point struct {
	X, Y int64
}

// AppendLog adds to buf what exercise 1 writes, and returns the longer buf. Nothing here is an
// interface: p stays a local value, and the bytes go to memory that the caller owns.
func AppendLog(buf []byte, x, y int64) []byte {
	p := Point{X: x, Y: y}
	buf = append(buf, "at &{"...)
	buf = strconv.AppendInt(buf, p.X, 10)
	buf = append(buf, ' ')
	buf = strconv.AppendInt(buf, p.Y, 10)
	return append(buf, "}\n"...)
}

// A Sequence counts: 1, 2, 3, … Its state is a field, not a captured variable, so that it lives
// wherever the caller declares it. The zero Sequence is ready for use.
type Sequence struct {
	last int64
}

// Next returns the next number.
func (s *Sequence) Next() int64 {
	s.last++
	return s.last
}
