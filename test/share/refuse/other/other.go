// Package other knows the order of literal's fields.
package other

import "refuse.test/literal"

// Some has counted already.
var Some = literal.Stats{1, 2}
