package fmtrule

import "fmt"

func KeepShadow(strconv int) string { return fmt.Sprintf("%s %d", "a", strconv) }
