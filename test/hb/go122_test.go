//go:build race && go1.22

package hb

// What came with Go 1.22. (The build constraint above also makes it the language of this file.)

// Each round has its own loop variable.
func (rules) TestNoRaceLoopVariablePerRound() {
	t := new(turn)
	for i := 0; i < 1; i++ {
		go func() {
			t.at(1)
			use(i)
			t.to(2)
		}()
	}
	t.to(1)
	t.at(2)
}

func (rules) TestNoRaceLoopVariableOfRangePerRound() {
	t := new(turn)
	for _, v := range []int{1, 2} {
		if v == 1 {
			go func() {
				t.at(1)
				use(v)
				t.to(2)
			}()
		}
	}
	t.to(1)
	t.at(2)
}

// The body's own assignments are to the same variable.
func (rules) TestRaceLoopVariableInOneRound() {
	t := new(turn)
	for i := 0; i < 1; i++ {
		go func() {
			t.at(1)
			use(i)
			t.to(2)
		}()
		i = 5
		t.to(1)
		t.at(2)
	}
}

func (rules) TestNoRaceRangeOverInteger() {
	n, t := 1, new(turn)
	for i := range n {
		go func() { use(i); t.to(1) }()
	}
	t.at(1)
}
