// errorcheck

// A type that is declared inside a generic function depends on its type parameters.

package p

func h[T any]() { // ERROR "instantiation cycle:"
	type loc struct{ t T }
	h[loc]()
}
