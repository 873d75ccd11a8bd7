#!/bin/bash
# test_people.sh: what gomm escape tells people: causes, sizes, ways; assertions; baselines.
. "$(dirname "$0")/common.sh"

# -- the seed's four causes ------------------------------------------------------------------------

cd "$GOMM_ROOT" || exit 2
expect "ex01" 0 "$GOMM" escape ./exercises/ex01_escape
for want in 'ESC01 *17:2 *u *64 B' 'ESC02 *29:2 *u *64 B' 'ESC03 *56:2 *p *16 B' 'ESC04 *63:2 *next *8 B'; do
    contains "ex01: ${want%% *}" "$lib_tmp/out" "$want"
done
contains "returned, in words" "$lib_tmp/out" 'a pointer to it is returned [(]:18:2[)]'
contains "stored, in words" "$lib_tmp/out" 'stored in something that lives longer: append[(]r.users, &u[)]'
contains "interface, in words" "$lib_tmp/out" 'passed as an interface to fmt.Fprintln'
contains "closure, in words" "$lib_tmp/out" 'captures it by reference, and gets out itself'
contains "the flow" "$lib_tmp/out" 'flow: u → &u [(]:18:9[)] → return &u [(]:18:2[)]'
contains "what costs nothing is counted" "$lib_tmp/out" '1 more escapes but costs nothing'
expect "-all" 0 "$GOMM" escape -all ./exercises/ex01_escape
contains "-all says why it costs nothing" "$lib_tmp/out" '"at" *costs nothing: a constant'
expect "-why" 0 "$GOMM" escape -why ./exercises/ex01_escape
contains "-why: a line for each step" "$lib_tmp/out" 'its address is taken: &u [(]:18:9[)]'
expect "-json" 0 "$GOMM" escape -json ./exercises/ex01_escape
contains "-json has the code" "$lib_tmp/out" '"code": "ESC04"'
expect "-sarif" 0 "$GOMM" escape -sarif ./exercises/ex01_escape
contains "-sarif has the rule" "$lib_tmp/out" 'CapturedByReference'
for code in ESC01 ESC07 ESC14 ESC20 ESC21; do
    expect "explain $code" 0 "$GOMM" explain "$code"
done

# -- the other causes --------------------------------------------------------------------------------

mkdir -p "$lib_tmp/m" && cd "$lib_tmp/m" || exit 2
cat >go.mod <<'GO'
module example.org/m

go 1.21
GO
cat >causes.go <<'GO'
package m

import "io"

var keep *int

func store(p *int) { keep = p }

//go:noinline
func kept(p *int) { keep = p }

func Unknown(r io.Reader) {
	var unknown [8]byte
	r.Read(unknown[:])
}

func Kept() {
	kept1 := 1
	kept(&kept1)
}

func Large() byte {
	var large [1 << 24]byte
	return large[len(large)-1]
}

func Goroutine(n int) {
	shared := n
	go func() { shared++ }()
	shared++
}

type list struct{ next *list }

func Loop() {
	var head *list
	for i := 0; i < 3; i++ {
		head = &list{head}
	}
}

func Channel(ch chan *int) {
	sent := 1
	ch <- &sent
}

func Map(m map[string]*int) {
	put := 1
	m["a"] = &put
}

func Panic(n int) {
	panic(n)
}

func Quiet(n int) int {
	stays := n
	p := &stays
	return *p
}
GO
expect "causes" 0 "$GOMM" escape .
while read -r code name; do
    contains "$name is $code" "$lib_tmp/out" "$code *[0-9]*:[0-9]* *$name"
done <<'LIST'
ESC05 unknown
ESC06 kept1
ESC07 large
ESC04 shared
ESC09 func
ESC10 &list[{]...[}]
ESC11 sent
ESC12 put
ESC13 n
LIST
lacks "what stays is not named" "$lib_tmp/out" 'stays'

# -- baselines ---------------------------------------------------------------------------------------

expect "-update without a file" 2 "$GOMM" escape -update .
expect "a baseline that is not there" 2 "$GOMM" escape -baseline "$lib_tmp/none" .
expect "-update" 0 "$GOMM" escape -baseline "$lib_tmp/base" -update .
expect "nothing new" 0 "$GOMM" escape -baseline "$lib_tmp/base" .
sed -i '1a // moved down by a line' causes.go
expect "moved code is not new" 0 "$GOMM" escape -baseline "$lib_tmp/base" .
if command -v git >/dev/null; then
    git init -q . && git add -A && git -c user.name=t -c user.email=t@example.org commit -qm one
fi
cat >more.go <<'GO'
package m

func More() *int {
	fresh := 1
	return &fresh
}
GO
expect "something new" 1 "$GOMM" escape -baseline "$lib_tmp/base" .
contains "it is named" "$lib_tmp/out" 'ESC01 .*more.go:4:2 .*new: fresh'
lacks "and nothing else" "$lib_tmp/out" 'causes.go'
if command -v git >/dev/null; then
    expect "-new-from-rev" 1 "$GOMM" escape -new-from-rev HEAD .
    contains "-new-from-rev names it" "$lib_tmp/out" 'new: fresh'
    expect "no such revision" 2 "$GOMM" escape -new-from-rev nonsense .
    rm more.go
    expect "-new-from-rev, nothing new" 0 "$GOMM" escape -new-from-rev HEAD .
fi
echo 'not a baseline' >"$lib_tmp/bad"
expect "a file that is no baseline" 2 "$GOMM" escape -baseline "$lib_tmp/bad" .
contains "it says where" "$lib_tmp/err" 'bad:1: '

# -- assertions --------------------------------------------------------------------------------------

cat >assert.go <<'GO'
package m

//gomm:noescape
func Leaks() *int {
	x := 1
	return &x
}

//gomm:noescape
func Stays(n int) int {
	x := n
	p := &x
	return *p
}

type counter struct{ n int }

//gomm:noalloc
func (c *counter) Inc() { c.n++ }

//gomm:noalloc
func Join(a, b string) string { return join(a, b) }

//go:noinline
func join(a, b string) string { return a + b }

func Line() (*counter, int) {
	v := counter{} //gomm:noescape
	//gomm:noescape
	w := &counter{n: 1}
	return &v, w.n
}
GO
expect "assertions" 1 "$GOMM" escape .
contains "noescape of a function" "$lib_tmp/out" 'ESC20 .*assert.go:5:2 .*x moves to the heap'
contains "noescape of a line" "$lib_tmp/out" 'ESC20 .*assert.go:28:2 .*v moves to the heap'
contains "noalloc through a call" "$lib_tmp/out" 'ESC21 .*assert.go:22:6 .*Join may allocate'
contains "noalloc tells where" "$lib_tmp/out" 'strings are joined: a . b [(]assert.go:25:'
lacks "what holds is not named" "$lib_tmp/out" 'ESC2.*(Stays|Inc)|ESC20 .*assert.go:30'

# -- packages with errors ------------------------------------------------------------------------------

rm -f assert.go
cat >wrong.go <<'GO'
package m

func Good() *int {
	good := 1
	return &good
}

func Bad() *int {
	var bad string = 3
	return &bad
}
GO
expect "a package that does not compile" 1 "$GOMM" escape -m .
contains "what is right in it has decisions" "$lib_tmp/out" 'wrong.go:4:2: moved to heap: good'
lacks "what is wrong has none" "$lib_tmp/out" 'heap: bad'
contains "the error is told" "$lib_tmp/err" 'wrong.go:9:'

cat >cycle.go <<'GO'
package m

var cycle1 = cycle2
var cycle2 = cycle1

func undeclared() {
	defer nothing()
	a, b := nothing()
	_, _ = a, b
}
GO
expect "variables initialised with themselves" 1 "$GOMM" escape -m .
contains "and the rest has decisions still" "$lib_tmp/out" 'wrong.go:4:2: moved to heap: good'

finish
