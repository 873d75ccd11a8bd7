// Package globals counts in package variables, which the linker puts side by side.
package globals

import "share.test/both"

// Count adds n hits and, at the same time, n misses.
func Count(n int) {
	both.Run(func(w int) {
		if w == 0 {
			for i := 0; i < n; i++ {
				hits.Add(1)
			}
			return
		}
		for i := 0; i < n; i++ {
			misses.Add(1)
		}
	})
}
