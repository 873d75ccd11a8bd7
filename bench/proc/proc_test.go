package proc

import (
	"os"
	"strconv"
	"testing"
)

func TestResident(t *testing.T) {
	before := Resident("self")
	if before < 1<<20 {
		t.Error(before)
	}
	block := make([]byte, 64<<20)
	for i := 0; i < len(block); i += 4096 {
		block[i] = 1
	}
	if grown := Resident(strconv.Itoa(os.Getpid())) - before; grown < int64(len(block))/2 {
		t.Error(grown)
	}
	if block[4096] != 1 || Resident("0") != 0 {
		t.Error("no process 0")
	}
}
