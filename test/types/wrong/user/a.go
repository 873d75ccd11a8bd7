package user

import "example.org/wrong/decl"

var x int = decl.T{}.Missing
