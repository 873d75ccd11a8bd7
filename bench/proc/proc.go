// Package proc reads what the kernel says of processes.
package proc

import (
	"os"
	"strconv"
	"strings"
)

// Resident is how much of a process's memory is there now, in bytes; 0 if the kernel does not say. The process is a
// number or "self".
func Resident(process string) int64 {
	text, err := os.ReadFile("/proc/" + process + "/statm")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(text))
	if len(f) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(f[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
