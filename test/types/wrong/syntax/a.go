package syntax

func f() {
	x := 
}

var y int = "not reached"

func g( {
}

func h() {
L:
}
