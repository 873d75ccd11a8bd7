// errorcheck

// What is said of a fallthrough depends on what a break there would leave, not on the clause alone.

package p

func f(x int, e any, c chan int) {
	switch x {
	case 1:
		fallthrough
	case 2:
		fallthrough // ERROR "fallthrough statement out of place"
		x++
	case 3:
		if x > 1 {
			fallthrough // ERROR "fallthrough statement out of place"
		}
	case 4:
	L:
		fallthrough
	case 5:
		{
			fallthrough // ERROR "fallthrough statement out of place"
		}
	case 6:
		goto L // ERROR "goto L jumps into block starting at .*"
	default:
		fallthrough // ERROR "fallthrough statement out of place"
		;
		x++
	case 7:
		for {
			fallthrough // ERROR "fallthrough statement out of place"
		}
	case 8:
		fallthrough // ERROR "cannot fallthrough final case in switch"
		;
		;
	}
	switch e.(type) {
	case int:
		fallthrough // ERROR "cannot fallthrough in type switch"
		x++
	case string:
		if x > 1 {
			{
				fallthrough // ERROR "cannot fallthrough in type switch"
			}
		} else {
			fallthrough // ERROR "cannot fallthrough in type switch"
		}
	case uint:
		for range 3 {
			fallthrough // ERROR "fallthrough statement out of place"
		}
		select {
		case <-c:
			fallthrough // ERROR "fallthrough statement out of place"
		}
		switch {
		case x > 2:
			fallthrough // ERROR "cannot fallthrough final case in switch"
		}
		func() {
			fallthrough // ERROR "fallthrough statement out of place"
		}()
	case bool:
		fallthrough // ERROR "cannot fallthrough in type switch"
	}
	select {
	case x <- 1: // ERROR "cannot send to non-channel int x"
		switch e.(type) {
		default:
			{
				fallthrough // ERROR "cannot fallthrough in type switch"
			}
		}
	}
}
