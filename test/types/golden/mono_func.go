// errorcheck

// A function that instantiates itself with ever larger types.

package p

func fine1[A, B any](a A, b B) { fine2[B, A](b, a) }
func fine2[A, B any](a A, b B) { fine1[A, B](a, b) }

func grow1[A, B any](a A, b B) { grow2[B, A](b, a) }
func grow2[A, B any](a A, b B) { grow1[[]A, B](nil, b) } // ERROR "instantiation cycle:"
