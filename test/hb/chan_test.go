//go:build race

package hb

// A send happens before the corresponding receive completes; a close before a receive that
// returns because of it; a receive on an unbuffered channel before the send completes; the kth
// receive before the k+Cth send completes, C being the capacity.

func (rules) TestNoRaceChanBuffered() {
	x, c := 0, make(chan int, 1)
	inTurn(func() { x = 1; c <- 0 }, func() { <-c; use(x) })
}

func (rules) TestRaceChanBufferedWriteAfterSend() {
	x, c := 0, make(chan int, 1)
	inTurn(func() { c <- 0; x = 1 }, func() { <-c; use(x) })
}

func (rules) TestRaceChanBufferedReadBeforeReceive() {
	x, c := 0, make(chan int, 1)
	inTurn(func() { x = 1; c <- 0 }, func() { use(x); <-c })
}

// A buffered send does not wait: nothing that the receiver did is known to the sender.
func (rules) TestRaceChanBufferedReceiveThenSender() {
	x, c, t := 0, make(chan int, 1), new(turn)
	together(
		func() { c <- 0; t.at(1); use(x) },
		func() { x = 1; <-c; t.to(1) })
}

// The receiver waits already when the value comes, and gets it past the buffer.
func (rules) TestNoRaceChanBufferedParkedReceiver() {
	x, c := 0, make(chan int, 1)
	together(func() { settle(); x = 1; c <- 0 }, func() { <-c; use(x) })
}

func (rules) TestRaceChanBufferedParkedReceiverWriteAfter() {
	x, c, t := 0, make(chan int, 1), new(turn)
	together(
		func() { settle(); c <- 0; x = 1; t.to(1) },
		func() { <-c; t.at(1); use(x) })
}

// Only the kth send is ordered before the kth receive, not the ones that follow it.
func (rules) TestRaceChanBufferedLaterSend() {
	x, c := 0, make(chan int, 2)
	inTurn(
		func() { c <- 1 },
		func() { x = 1; c <- 2 },
		func() { <-c; use(x) })
}

func (rules) TestNoRaceChanBufferedEarlierSendSameSender() {
	x, c := 0, make(chan int, 2)
	inTurn(
		func() { x = 1; c <- 1; c <- 2 },
		func() { <-c },
		func() { <-c; use(x) })
}

// Two senders do not learn of each other through free buffer slots.
func (rules) TestRaceChanTwoSenders() {
	x, c := new(int), make(chan int, 2)
	inTurn(func() { *x = 1; c <- 1 }, func() { c <- 2; *x = 2 })
}

// Nor through one that a receiver emptied: what the receiver learns by the receive itself is not yet
// part of what the next sender learns from it. The receive happens before that send completes, but
// the first send only before the receive completes.
func (rules) TestRaceChanTwoSendersOneSlot() {
	x, c := new(int), make(chan int, 1)
	inTurn(
		func() { *x = 1; c <- 1 },
		func() { <-c },
		func() { c <- 2; *x = 2 })
}

// And the same for two receivers and the sender between them.
func (rules) TestRaceChanTwoReceiversOneSlot() {
	x, c := new(int), make(chan int, 1)
	c <- 1
	inTurn(
		func() { *x = 1; <-c },
		func() { c <- 2 },
		func() { <-c; *x = 2 })
}

// It is by the next operation of the receiver.
func (rules) TestNoRaceChanTwoSendersReceiverGoesOn() {
	x, c := new(int), make(chan int, 1)
	inTurn(
		func() { *x = 1; c <- 1 },
		func() { <-c; c <- 2 },
		func() { <-c; *x = 2 })
}

// The capacity rule: with C = 1, the first receive happens before the second send completes.
func (rules) TestNoRaceChanCapacity() {
	x, c := 0, make(chan int, 1)
	inTurn(
		func() { c <- 1 },
		func() { x = 1; <-c },
		func() { c <- 2; use(x) })
}

func (rules) TestRaceChanCapacityReceiverWritesAfter() {
	x, c := 0, make(chan int, 1)
	inTurn(
		func() { c <- 1 },
		func() { <-c; x = 1 },
		func() { c <- 2; use(x) })
}

// With C = 2 the first receive is ordered before the third send, not before the second.
func (rules) TestRaceChanCapacityNotExhausted() {
	x, c := 0, make(chan int, 2)
	inTurn(
		func() { c <- 1 },
		func() { x = 1; <-c },
		func() { c <- 2; use(x) })
}

func (rules) TestNoRaceChanCapacityTwo() {
	x, c := 0, make(chan int, 2)
	inTurn(
		func() { c <- 1; c <- 2 },
		func() { x = 1; <-c },
		func() { c <- 3; use(x) })
}

// The sender waits at a full buffer, and the receiver takes its value along.
func (rules) TestNoRaceChanCapacityParkedSender() {
	x, y, c := 0, 0, make(chan int, 1)
	together(
		func() { c <- 1; y = 1; c <- 2; use(x) },
		func() { settle(); x = 1; <-c; <-c; use(y) })
}

// A channel of capacity 1 as a lock.
func (rules) TestNoRaceChanSemaphore() {
	x, c := 0, make(chan int, 1)
	section := func() {
		for i := 0; i < 50; i++ {
			c <- 0
			x++
			<-c
		}
	}
	together(section, section, section)
}

// A capacity of 2 lets two goroutines into the section.
func (rules) TestRaceChanSemaphoreTooWide() {
	x, c := new(int), make(chan int, 2)
	section := func() {
		c <- 0
		*x = 1
		<-c
	}
	inTurn(section, section)
}

// For elements of size 0 there is one buffer slot for all (runtime/chan.go, racenotify): each
// operation acquires what all operations before it released. The same as
// TestRaceChanCapacityNotExhausted and TestRaceChanBufferedLaterSend otherwise.
func (rules) TestHiddenChanCapacityEmptyElement() {
	x, c := 0, make(chan struct{}, 2)
	inTurn(
		func() { c <- struct{}{} },
		func() { x = 1; <-c },
		func() { c <- struct{}{}; use(x) })
}

func (rules) TestHiddenChanLaterSendEmptyElement() {
	x, c := 0, make(chan struct{}, 2)
	inTurn(
		func() { c <- struct{}{} },
		func() { x = 1; c <- struct{}{} },
		func() { <-c; use(x) })
}

func (rules) TestNoRaceChanEmptyElement() {
	x, c := 0, make(chan struct{}, 1)
	inTurn(func() { x = 1; c <- struct{}{} }, func() { <-c; use(x) })
}

func (rules) TestRaceChanEmptyElementWriteAfterSend() {
	x, c := 0, make(chan struct{}, 1)
	inTurn(func() { c <- struct{}{}; x = 1 }, func() { <-c; use(x) })
}

// Unbuffered channels order both ways.

func (rules) TestNoRaceChanUnbufferedSendWaits() {
	x, c := 0, make(chan int)
	together(func() { x = 1; c <- 0 }, func() { settle(); <-c; use(x) })
}

func (rules) TestNoRaceChanUnbufferedReceiveWaits() {
	x, c := 0, make(chan int)
	together(func() { settle(); x = 1; c <- 0 }, func() { <-c; use(x) })
}

func (rules) TestRaceChanUnbufferedWriteAfterSend() {
	x, c, t := 0, make(chan int), new(turn)
	together(
		func() { c <- 0; x = 1; t.to(1) },
		func() { <-c; t.at(1); use(x) })
}

func (rules) TestRaceChanUnbufferedReadBeforeReceive() {
	x, c, t := 0, make(chan int), new(turn)
	together(
		func() { x = 1; t.to(1); c <- 0 },
		func() { t.at(1); use(x); <-c })
}

func (rules) TestNoRaceChanUnbufferedReceiveBeforeSendCompletes() {
	x, c := 0, make(chan int)
	together(func() { c <- 0; use(x) }, func() { settle(); x = 1; <-c })
}

func (rules) TestNoRaceChanUnbufferedParkedReceiveBeforeSendCompletes() {
	x, c := 0, make(chan int)
	together(func() { settle(); c <- 0; use(x) }, func() { x = 1; <-c })
}

func (rules) TestRaceChanUnbufferedReceiverWritesAfter() {
	x, c, t := 0, make(chan int), new(turn)
	together(
		func() { c <- 0; t.at(1); use(x) },
		func() { <-c; x = 1; t.to(1) })
}

func (rules) TestNoRaceChanUnbufferedEmptyElement() {
	x, y, c := 0, 0, make(chan struct{})
	together(
		func() { x = 1; c <- struct{}{}; use(y) },
		func() { y = 1; <-c; use(x) })
}

func (rules) TestNoRaceChanPingPong() {
	x, a, b := 0, make(chan int), make(chan int)
	together(
		func() {
			for i := 0; i < 50; i++ {
				x++
				a <- 0
				<-b
			}
		},
		func() {
			for i := 0; i < 50; i++ {
				<-a
				x++
				b <- 0
			}
		})
}

// Third parties: the edge passes through any number of channels and goroutines.
func (rules) TestNoRaceChanPipeline() {
	x, a, b, c := 0, make(chan int, 1), make(chan int), make(chan int, 1)
	together(
		func() { x = 1; a <- 0 },
		func() { <-a; b <- 0 },
		func() { <-b; c <- 0 },
		func() { <-c; use(x) })
}

// Another channel is another order.
func (rules) TestRaceChanOtherChannel() {
	x, a, b := 0, make(chan int, 1), make(chan int, 1)
	b <- 0
	inTurn(func() { x = 1; a <- 0 }, func() { <-b; use(x) })
}

// close.

func (rules) TestNoRaceChanClose() {
	x, c := 0, make(chan int)
	inTurn(func() { x = 1; close(c) }, func() { <-c; use(x) })
}

func (rules) TestRaceChanCloseWriteAfter() {
	x, c := 0, make(chan int)
	inTurn(func() { close(c); x = 1 }, func() { <-c; use(x) })
}

func (rules) TestNoRaceChanCloseParkedReceivers() {
	x, c := 0, make(chan int)
	together(
		func() { settle(); x = 1; close(c) },
		func() { <-c; use(x) },
		func() { _, ok := <-c; use(ok); use(x) })
}

// The receivers that one close wakes know nothing of each other.
func (rules) TestRaceChanCloseTwoReceivers() {
	x, c := new(int), make(chan int)
	inTurn(func() { close(c) }, func() { <-c; *x = 1 }, func() { <-c; *x = 2 })
}

func (rules) TestNoRaceChanCloseEndsRange() {
	x, c := 0, make(chan int, 3)
	inTurn(
		func() { c <- 1; c <- 2; x = 1; close(c) },
		func() {
			for v := range c {
				use(v)
			}
			use(x)
		})
}

// A value that was sent before the close is received because of its send, not of the close.
func (rules) TestRaceChanCloseThenBufferedValue() {
	x, c := 0, make(chan int, 1)
	inTurn(func() { c <- 1; x = 1; close(c) }, func() { <-c; use(x) })
}

func (rules) TestNoRaceChanCloseAfterBufferedValue() {
	x, c := 0, make(chan int, 1)
	inTurn(func() { c <- 1; x = 1; close(c) }, func() { <-c; <-c; use(x) })
}

// To close a channel to which somebody may still send is an error that happened not to strike.
func (rules) TestRaceChanSendAndClose() {
	c := make(chan int, 1)
	inTurn(func() { c <- 1 }, func() { close(c) })
}

func (rules) TestNoRaceChanSendThenClose() {
	c, d := make(chan int, 1), make(chan int, 1)
	inTurn(func() { c <- 1; d <- 0 }, func() { <-d; close(c) })
}

// A receive and a close may come in any order.
func (rules) TestNoRaceChanReceiveAndClose() {
	c := make(chan int, 1)
	c <- 1
	inTurn(func() { <-c }, func() { close(c) })
}

// len and cap read the channel and order nothing.

func (rules) TestRaceChanLen() {
	x, c := 0, make(chan int, 1)
	inTurn(func() { x = 1; c <- 0 }, func() { use(len(c)); use(x) })
}

func (rules) TestRaceChanCap() {
	x, c := 0, make(chan int, 1)
	inTurn(func() { x = 1; c <- 0 }, func() { use(cap(c)); use(x) })
}

func (rules) TestNoRaceChanLenAndSend() {
	c := make(chan int, 1)
	inTurn(func() { use(len(c)) }, func() { c <- 0 }, func() { use(len(c)) }, func() { <-c })
}

// What is sent. The pointer passes the right to use what it points to; the sender must give it up.

func (rules) TestNoRaceChanOwnership() {
	c := make(chan *int, 1)
	inTurn(
		func() { p := new(int); *p = 1; c <- p },
		func() { p := <-c; *p++ })
}

func (rules) TestRaceChanOwnershipKept() {
	c := make(chan *int, 1)
	inTurn(
		func() { p := new(int); c <- p; *p = 1 },
		func() { p := <-c; *p = 2 })
}

// The element is read by the send and written by the receive.

func (rules) TestRaceChanElementSent() {
	p, c := keep(&[4]int{}), make(chan [4]int, 1)
	inTurn(func() { c <- *p }, func() { p[3] = 1 })
}

func (rules) TestRaceChanElementReceived() {
	p, c := keep(&[4]int{}), make(chan [4]int, 1)
	c <- [4]int{}
	inTurn(func() { *p = <-c }, func() { use(p[3]) })
}

// The parked sender's element is read, the parked receiver's element is written, by the other side.
func (rules) TestNoRaceChanElementReceivedParked() {
	p, c, d := keep(&[4]int{}), make(chan [4]int), make(chan int, 1)
	together(
		func() { *p = <-c; d <- 0 },
		func() { settle(); c <- [4]int{1}; <-d; use(p[0]) })
}

// The variable that holds a channel is a variable.
func (rules) TestRaceChanVariable() {
	c := make(chan int, 1)
	inTurn(func() { c = make(chan int, 1) }, func() { c <- 1 })
}

func (rules) TestNoRaceChanFunnel() {
	const n = 20
	c := make(chan *int, n)
	fs := make([]func(), 0, n+1)
	for i := 0; i < n; i++ {
		fs = append(fs, func() { p := new(int); *p = 1; c <- p })
	}
	fs = append(fs, func() {
		sum := 0
		for i := 0; i < n; i++ {
			sum += *<-c
		}
		use(sum)
	})
	inTurn(fs...)
}
