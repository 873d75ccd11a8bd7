// Package histogram counts the pixels of an image by brightness, each worker into its own few bins.
package histogram

import "share.test/both"

// Count goes n times over the pixels, once for each worker, and gives how many were bright.
func Count(pixels []byte, n int) (bright uint32) {
	hist := make([]bins, both.Workers)
	both.Run(func(w int) {
		h := &hist[w]
		for i := 0; i < n; i++ {
			for _, p := range pixels {
				h.n[p>>5]++
			}
		}
	})
	for w := range hist {
		bright += hist[w].n[7]
	}
	return bright
}
