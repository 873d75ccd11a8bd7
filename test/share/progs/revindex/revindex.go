// Package revindex is the idea of Phoenix's reverse_index: each worker appends to its own list of
// links, and the headers of the lists lie side by side.
package revindex

import "share.test/both"

const most = 1024

// Index appends n links to each worker's list, which begins anew when it is full, and gives how many
// there are at the end.
func Index(n int) (links int) {
	lists := make([]list, both.Workers)
	for w := range lists {
		lists[w].links = make([]uint32, 0, most)
	}
	both.Run(func(w int) {
		l := &lists[w]
		for i := 0; i < n; i++ {
			if len(l.links) == most {
				l.links = l.links[:0]
			}
			l.links = append(l.links, uint32(i))
		}
	})
	for w := range lists {
		links += len(lists[w].links)
	}
	return links
}
