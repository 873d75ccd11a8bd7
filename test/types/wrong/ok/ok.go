package ok

import "fmt"

func Hello() string { return fmt.Sprint("hello") }
