//go:build race

package hb

// A map is one variable: lookups read it, len and range too; assignment, delete and clear write it,
// whatever the key. An element that the map only points to is another variable.

func (rules) TestNoRaceMapReads() {
	m := map[int]int{1: 1}
	read := func() {
		use(m[1])
		v, ok := m[2]
		use(v)
		use(ok)
		use(len(m))
		for k := range m {
			use(k)
		}
	}
	inTurn(read, read)
}

func (rules) TestRaceMapReadWrite() {
	m := map[int]int{1: 1}
	someReports() // the map, and the element's memory
	inTurn(func() { use(m[1]) }, func() { m[1] = 2 })
}

func (rules) TestRaceMapWriteRead() {
	m := map[int]int{1: 1}
	someReports() // the map, and the element's memory
	inTurn(func() { m[1] = 2 }, func() { use(m[1]) })
}

func (rules) TestRaceMapCommaOk() {
	m := map[int]int{}
	someReports() // the map, and the element's memory
	inTurn(func() { m[1] = 2 }, func() { _, ok := m[1]; use(ok) })
}

func (rules) TestRaceMapWrites() {
	m := map[int]int{1: 1}
	someReports() // the map, and the element's memory
	inTurn(func() { m[1] = 2 }, func() { m[1] = 3 })
}

func (rules) TestRaceMapOtherKeys() {
	m := map[int]int{1: 1, 2: 2}
	inTurn(func() { m[1] = 2 }, func() { m[2] = 3 })
}

func (rules) TestRaceMapReadOtherKey() {
	m := map[int]int{1: 1, 2: 2}
	inTurn(func() { m[1] = 2 }, func() { use(m[2]) })
}

func (rules) TestRaceMapDelete() {
	m := map[int]int{1: 1}
	inTurn(func() { delete(m, 1) }, func() { use(m[1]) })
}

func (rules) TestRaceMapDeleteOfNothing() {
	m := map[int]int{1: 1}
	inTurn(func() { use(m[1]) }, func() { delete(m, 7) })
}

func (rules) TestRaceMapLen() {
	m := map[int]int{1: 1}
	inTurn(func() { m[2] = 1 }, func() { use(len(m)) })
}

func (rules) TestRaceMapRange() {
	m := map[int]int{1: 1}
	someReports() // the start of the iteration and its steps
	inTurn(func() { m[2] = 1 }, func() {
		for k := range m {
			use(k)
		}
	})
}

// A write while somebody else iterates: the iterator's steps are reads too.
func (rules) TestRaceMapRangeStep() {
	m, t := map[int]int{1: 1, 2: 2}, new(turn)
	someReports()
	together(
		func() {
			first := true
			for k := range m {
				use(k)
				if first {
					t.to(1)
					t.at(2)
				}
				first = false
			}
		},
		func() { t.at(1); m[1] = 3; t.to(2) })
}

func (rules) TestRaceMapClearedByLoop() {
	m := map[int]int{1: 1}
	someReports()
	inTurn(func() { use(m[1]) }, func() {
		for k := range m {
			delete(m, k)
		}
	})
}

func (rules) TestRaceMapOpAssign() {
	m := map[int]int{1: 1}
	someReports()
	inTurn(func() { m[1]++ }, func() { m[1]++ })
}

// Each kind of key has functions of its own in the runtime.

func (rules) TestRaceMapKey32() {
	m := map[int32]int{1: 1}
	inTurn(func() { use(m[1]) }, func() { m[2] = 1 })
}

func (rules) TestRaceMapKey32Delete() {
	m := map[int32]int{1: 1}
	inTurn(func() { use(m[1]) }, func() { delete(m, 1) })
}

func (rules) TestRaceMapKeyString() {
	m := map[string]int{"a": 1}
	inTurn(func() { use(m["a"]) }, func() { m["b"] = 1 })
}

func (rules) TestRaceMapKeyStringDelete() {
	m := map[string]int{"a": 1}
	inTurn(func() { use(m["a"]) }, func() { delete(m, "a") })
}

func (rules) TestRaceMapKeyStruct() {
	m := map[pair]int{{1, 2}: 1}
	inTurn(func() { use(m[pair{1, 2}]) }, func() { m[pair{3, 4}] = 1 })
}

func (rules) TestRaceMapKeyStructDelete() {
	m := map[pair]int{{1, 2}: 1}
	inTurn(func() { use(m[pair{1, 2}]) }, func() { delete(m, pair{3, 4}) })
}

func (rules) TestRaceMapKeyInterface() {
	m := map[any]int{1: 1}
	inTurn(func() { use(m["x"]) }, func() { m[2] = 1 })
}

func (rules) TestRaceMapKeyPointer() {
	m, k := map[*int]int{}, new(int)
	inTurn(func() { use(m[k]) }, func() { m[k] = 1 })
}

func (rules) TestRaceMapKeyFloat() {
	m := map[float64]int{1: 1}
	inTurn(func() { use(m[1]) }, func() { m[2] = 1 })
}

func (rules) TestRaceMapLargeElement() {
	m := map[int][64]int{1: {}}
	inTurn(func() { use(m[1][0]) }, func() { m[2] = [64]int{} })
}

func (rules) TestRaceMapLarge() {
	m := map[int]int{}
	for i := 0; i < 1000; i++ {
		m[i] = i
	}
	inTurn(func() { use(m[1]) }, func() { m[999] = 1 })
}

// The key is read by the lookup.
func (rules) TestRaceMapKeyMemory() {
	m, k := map[pair]int{}, keep(&pair{1, 2})
	inTurn(func() { k.b = 3 }, func() { use(m[*k]) })
}

func (rules) TestRaceMapVariable() {
	m := map[int]int{}
	inTurn(func() { m = map[int]int{} }, func() { use(m[1]) })
}

func (rules) TestNoRaceMapPointedTo() {
	m := map[int]*int{1: new(int), 2: new(int)}
	inTurn(func() { *m[1] = 1 }, func() { *m[2] = 2 })
}

func (rules) TestRaceMapPointedTo() {
	m := map[int]*int{1: new(int)}
	inTurn(func() { *m[1] = 1 }, func() { *m[1] = 2 })
}

func (rules) TestNoRaceMapOfSlices() {
	m := map[int][]int{1: {1, 2}}
	inTurn(func() { m[1][0] = 1 }, func() { m[1][1] = 2 })
}

func (rules) TestNoRaceMapOwnerChanges() {
	m, c := map[int]int{}, make(chan int, 1)
	inTurn(func() { m[1] = 1; c <- 0 }, func() { <-c; m[2] = m[1]; delete(m, 1) })
}
