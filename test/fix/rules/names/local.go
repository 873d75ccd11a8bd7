package names

import "fmt"

type label string

func KeepLocal(a label, string int) string2 { return string2(fmt.Sprintf("%s %d", a, string)) }

type string2 = string

func KeepFile(a label) string2 { return fmt.Sprintf("%s ", a) }
