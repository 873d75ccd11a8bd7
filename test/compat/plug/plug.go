// A plugin for host, of which one half of a race is in here.
package main

// Set writes what the host gave it.
func Set(p *int, n int) {
	*p = n
}

func main() {}
