// Package hoist: what can be made once.
package hoist

import (
	"errors"
	"regexp"
	"strings"
)

const pattern = "b+"

func WantDirect(s string) bool { return regexp.MustCompile(`a+`).MatchString(s) }

// WantVariable has a comment, which stays beside it.
func WantVariable(s string) string {
	re := regexp.MustCompile(pattern)
	if re.MatchString(s) {
		return re.ReplaceAllString(s, "x")
	}
	return s
}

func WantReplacer(s string) string { return strings.NewReplacer("a", "b").Replace(s) }

func KeepArgument(p, s string) bool { return regexp.MustCompile(p).MatchString(s) }

func KeepLongest(s string) string {
	re := regexp.MustCompile(`a|ab`)
	re.Longest()
	return re.FindString(s)
}

func KeepReturned() *regexp.Regexp { return regexp.MustCompile(`c`) }

func KeepLocal(s string) bool {
	const local = "d"
	return regexp.MustCompile(local).MatchString(s)
}

// Another error each time, by ==.
func KeepError() error { return errors.New("x") }
