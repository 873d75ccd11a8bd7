// Package wordcount is the idea of Phoenix's word_count: how many words each worker has found stands
// in use_len[tid].
package wordcount

import "share.test/both"

// Count goes n times over the text, once for each worker, and gives the number of words found.
func Count(text string, n int) (words int) {
	useLen := make([]length, both.Workers)
	both.Run(func(tid int) {
		for i := 0; i < n; i++ {
			in := false
			for j := 0; j < len(text); j++ {
				letter := text[j] != ' '
				if letter && !in {
					useLen[tid].n++
				}
				in = letter
			}
		}
	})
	for tid := range useLen {
		words += useLen[tid].n
	}
	return words
}
