//go:build race

package hb

import "reflect"

// A select that chooses a case orders as that operation does by itself; one that chooses default
// orders nothing. The compiler makes plain operations, selectnbsend, selectnbrecv or selectgo of
// it, depending on the number of cases.

func (rules) TestNoRaceSelectSend() {
	x, c, never := 0, make(chan int, 1), make(chan int)
	inTurn(
		func() {
			x = 1
			select {
			case c <- 0:
			case <-never:
			}
		},
		func() { <-c; use(x) })
}

func (rules) TestRaceSelectSendWriteAfter() {
	x, c, never := 0, make(chan int, 1), make(chan int)
	inTurn(
		func() {
			select {
			case c <- 0:
			case <-never:
			}
			x = 1
		},
		func() { <-c; use(x) })
}

func (rules) TestNoRaceSelectReceive() {
	x, c, never := 0, make(chan int, 1), make(chan int)
	inTurn(
		func() { x = 1; c <- 0 },
		func() {
			select {
			case <-never:
			case <-c:
			}
			use(x)
		})
}

func (rules) TestRaceSelectReceiveReadBefore() {
	x, c, never := 0, make(chan int, 1), make(chan int)
	inTurn(
		func() { x = 1; c <- 0 },
		func() {
			use(x)
			select {
			case <-never:
			case <-c:
			}
		})
}

// The select waits; the other side finds it in the channel's queue.
func (rules) TestNoRaceSelectParkedReceive() {
	x, y, c, never := 0, 0, make(chan int), make(chan int)
	together(
		func() { settle(); x = 1; c <- 0; use(y) },
		func() {
			y = 1
			select {
			case <-never:
			case <-c:
			}
			use(x)
		})
}

func (rules) TestNoRaceSelectParkedSend() {
	x, y, c, never := 0, 0, make(chan int), make(chan int)
	together(
		func() { settle(); x = 1; <-c; use(y) },
		func() {
			y = 1
			select {
			case <-never:
			case c <- 0:
			}
			use(x)
		})
}

func (rules) TestRaceSelectParkedSendReceiverWritesAfter() {
	x, c, never, t := 0, make(chan int), make(chan int), new(turn)
	together(
		func() { settle(); <-c; x = 1; t.to(1) },
		func() {
			select {
			case <-never:
			case c <- 0:
			}
			t.at(1)
			use(x)
		})
}

func (rules) TestNoRaceSelectClose() {
	x, c, never := 0, make(chan int), make(chan int)
	inTurn(
		func() { x = 1; close(c) },
		func() {
			select {
			case <-never:
			case <-c:
			}
			use(x)
		})
}

func (rules) TestNoRaceSelectParkedClose() {
	x, c, never := 0, make(chan int), make(chan int)
	together(
		func() { settle(); x = 1; close(c) },
		func() {
			select {
			case <-never:
			case _, ok := <-c:
				use(ok)
			}
			use(x)
		})
}

// Two selects that meet.
func (rules) TestNoRaceSelectBothSides() {
	x, y, c, never := 0, 0, make(chan int), make(chan int)
	together(
		func() {
			x = 1
			select {
			case c <- 0:
			case <-never:
			}
			use(y)
		},
		func() {
			y = 1
			select {
			case <-c:
			case <-never:
			}
			use(x)
		})
}

// The cases that were not chosen order nothing: b holds a value from the writer, but the select
// took one from a.
func (rules) TestRaceSelectOtherCase() {
	x, a, b := 0, make(chan int, 1), make(chan int, 1)
	inTurn(
		func() { a <- 0 },
		func() {
			x = 1
			select {
			case b <- 0:
			case a <- 0: // full
			}
		},
		func() {
			var none chan int
			select {
			case <-a:
			case <-none:
			}
			use(x)
		})
}

func (rules) TestRaceSelectDefaultSend() {
	x, c := 0, make(chan int)
	inTurn(
		func() {
			x = 1
			select {
			case c <- 0:
			default:
			}
		},
		func() {
			select {
			case <-c:
			default:
			}
			use(x)
		})
}

func (rules) TestRaceSelectDefaultFull() {
	x, c := 0, make(chan int, 1)
	c <- 0
	inTurn(
		func() {
			x = 1
			select {
			case c <- 0: // full
			default:
			}
		},
		func() { <-c; use(x) })
}

func (rules) TestRaceSelectDefaultManyCases() {
	x, a, b := 0, make(chan int), make(chan int)
	inTurn(
		func() {
			x = 1
			select {
			case a <- 0:
			case b <- 0:
			default:
			}
		},
		func() {
			select {
			case <-a:
			case <-b:
			default:
			}
			use(x)
		})
}

func (rules) TestNoRaceSelectDefaultNotTaken() {
	x, c := 0, make(chan int, 1)
	inTurn(
		func() {
			x = 1
			select {
			case c <- 0:
			default:
			}
		},
		func() {
			select {
			case <-c:
			default:
			}
			use(x)
		})
}

// A non-blocking receive that finds the channel closed has learned of the close.
func (rules) TestNoRaceSelectDefaultClosed() {
	x, c := 0, make(chan int)
	inTurn(
		func() { x = 1; close(c) },
		func() {
			select {
			case <-c:
				use(x)
			default:
			}
		})
}

func (rules) TestNoRaceSelectSingleCase() {
	x, c := 0, make(chan int, 1)
	inTurn(
		func() {
			x = 1
			select {
			case c <- 0:
			}
		},
		func() {
			select {
			case <-c:
			}
			use(x)
		})
}

// Element and result variables are accessed by the case that is chosen, and by no other.

func (rules) TestRaceSelectElementReceived() {
	p, c, never := keep(&[4]int{}), make(chan [4]int, 1), make(chan int)
	c <- [4]int{}
	inTurn(
		func() {
			select {
			case *p = <-c:
			case <-never:
			}
		},
		func() { use(p[0]) })
}

func (rules) TestNoRaceSelectElementNotReceived() {
	p, c, other := keep(&[4]int{}), make(chan [4]int, 1), make(chan int, 1)
	other <- 0
	inTurn(
		func() {
			select {
			case *p = <-c:
			case <-other:
			}
		},
		func() { use(p[0]) })
}

// The operands of every case are evaluated, chosen or not.
func (rules) TestRaceSelectOperandOfOtherCase() {
	x, c, other := 0, make(chan int), make(chan int, 1)
	other <- 0
	inTurn(
		func() {
			select {
			case c <- x:
			case <-other:
			}
		},
		func() { x = 1 })
}

func (rules) TestRaceSelectSendAndClose() {
	c, never := make(chan int, 1), make(chan int)
	inTurn(
		func() {
			select {
			case c <- 0:
			case <-never:
			}
		},
		func() { close(c) })
}

// The same through package reflect.

func (rules) TestNoRaceReflectSelect() {
	x, c := 0, make(chan int, 1)
	never := reflect.ValueOf(make(chan int))
	inTurn(
		func() {
			x = 1
			reflect.Select([]reflect.SelectCase{
				{Dir: reflect.SelectSend, Chan: reflect.ValueOf(c), Send: reflect.ValueOf(1)},
				{Dir: reflect.SelectRecv, Chan: never},
			})
		},
		func() {
			reflect.Select([]reflect.SelectCase{
				{Dir: reflect.SelectRecv, Chan: never},
				{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c)},
			})
			use(x)
		})
}

func (rules) TestRaceReflectSelectDefault() {
	x, c := 0, make(chan int)
	try := func(dir reflect.SelectDir, v reflect.Value) {
		reflect.Select([]reflect.SelectCase{
			{Dir: dir, Chan: reflect.ValueOf(c), Send: v},
			{Dir: reflect.SelectDefault},
		})
	}
	inTurn(
		func() { x = 1; try(reflect.SelectSend, reflect.ValueOf(1)) },
		func() { try(reflect.SelectRecv, reflect.Value{}); use(x) })
}
