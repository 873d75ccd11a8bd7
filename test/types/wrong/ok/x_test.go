package ok_test

import (
	"testing"

	"example.org/wrong/ok"
)

func TestX(t *testing.T) { ok.Goodbye() }
