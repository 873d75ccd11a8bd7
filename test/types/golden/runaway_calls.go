// errorcheck

// Types that double with each step. Go's own checker does not come to an end.

package p

func pair[T any](x T) struct{ a, b T } { panic(0) }

var v0 = pair(1)
var v1 = pair(v0)
var v2 = pair(v1)
var v3 = pair(v2)
var v4 = pair(v3)
var v5 = pair(v4)
var v6 = pair(v5)
var v7 = pair(v6)
var v8 = pair(v7)
var v9 = pair(v8)
var v10 = pair(v9)
var v11 = pair(v10)
var v12 = pair(v11) // ERROR "type of more than 16384 parts by substitution of type parameters"
var v13 = pair(v12)
var v14 = pair(v13)
var v15 = pair(v14)
var v16 = pair(v15)
var v17 = pair(v16)
var v18 = pair(v17)
var v19 = pair(v18)
var v20 = pair(v19)
var v21 = pair(v20)
var v22 = pair(v21)
var v23 = pair(v22)
var v24 = pair(v23)
var v25 = pair(v24)
var v26 = pair(v25)
var v27 = pair(v26)
var v28 = pair(v27)
var v29 = pair(v28)
var v30 = pair(v29)
var v31 = pair(v30)
var v32 = pair(v31)
var v33 = pair(v32)
var v34 = pair(v33)
var v35 = pair(v34)
var v36 = pair(v35)
var v37 = pair(v36)
var v38 = pair(v37)
var v39 = pair(v38)
