// Package plainfield counts in a field that is a slice of plain numbers, which is made in two places.
package plainfield

import (
	"sync/atomic"

	"share.test/both"
)

// Pool has a count of jobs for each worker.
type Pool struct {
	name string
	jobs []uint64
}

// New makes a pool.
func New(name string) *Pool {
	return &Pool{name: name, jobs: make([]uint64, both.Workers)}
}

// Reset begins anew.
func (p *Pool) Reset() {
	if p.jobs == nil || len(p.jobs) < both.Workers {
		p.jobs = make([]uint64, both.Workers)
	}
	for i := range p.jobs {
		p.jobs[i] = 0
	}
}

// Work does n jobs in each worker.
func (p *Pool) Work(n int) {
	both.Run(func(w int) {
		mine := &p.jobs[w]
		for i := 0; i < n; i++ {
			atomic.AddUint64(mine, 1)
		}
	})
}

// Jobs is how many were done.
func (p *Pool) Jobs() (sum uint64) {
	for i := range p.jobs {
		sum += p.jobs[i]
	}
	return sum
}
