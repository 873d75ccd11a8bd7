package outer_test

import (
	"testing"

	"example.org/wrong/outer"
)

func TestX(t *testing.T) { outer.Goodbye(outer.ForTests) }
