// errorcheck

// A method whose result is a larger instance of its receiver's type.

package p

type T[P any] struct{ p P } // ERROR "instantiation cycle:"

func (t T[Q]) m() T[[]Q] { return T[[]Q]{} }
func (t T[Q]) fine() *T[Q] { return nil }
