// Package ops holds one benchmark for each kind of thing that a race runtime is asked to watch: an
// access, a call, a copy, an atomic, a lock, a hand-over between goroutines. Where the standard
// library's benchmarks say how slow programs are, these say why.
//
// Shared values are package variables or come from new: the compiler instruments no access to
// what stays on the stack.
package ops
