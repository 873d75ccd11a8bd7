package imports

import (
	"fmt"
	. "math"
	str "strings"
	_ "embed"
	"unsafe"
	m "math/rand/v2"
	"math/big"
)

func fmt() {}

var Pi = 3
