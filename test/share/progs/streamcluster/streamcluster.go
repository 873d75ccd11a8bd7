// Package streamcluster is the idea of PARSEC's streamcluster: each worker's cost is padded, but to
// 32 bytes, which the authors took for a cache line.
package streamcluster

import "share.test/both"

// Cost goes n times over the distances, once for each worker, and gives the sum of what was below the limit.
func Cost(dist []float64, limit float64, n int) (sum float64) {
	work := make([]cost, both.Workers)
	both.Run(func(pid int) {
		for i := 0; i < n; i++ {
			for _, d := range dist {
				if d < limit {
					work[pid].lower += limit - d
				} else {
					work[pid].high++
				}
			}
		}
	})
	for pid := range work {
		sum += work[pid].lower
	}
	return sum
}
