#!/bin/bash
# test_fix.sh: what gomm fix proposes and what it leaves (rules/), how it verifies, what it writes, and what it does with bad input.
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
cp -r "$here/rules" "$lib_tmp/rules"
cd "$lib_tmp" || exit 2

# -- what is proposed ------------------------------------------------------------------------------

proposals() {
    for rule in fmt prealloc value hoist buffer outline closure append dst param names; do
        dir=$rule
        [ $rule = fmt ] && dir=fmtrule
        flags=-rule=$rule
        [ $rule = names ] && flags= # predeclared names that are something else, whichever rule writes them
        (cd rules && "$GOMM" fix -n -json $flags ./$dir) >$rule.json 2>err
        if out=$(python3 "$here/proposed.py" $rule.json rules/$dir); then
            ok "$GO_VERSION $rule: $out"
        else
            notok "$GO_VERSION $rule" "$out"
        fi
    done
}
for_each_go proposals

# -- they hold: the tests of rules/ compare with package fmt, and know nil from empty ------------------

cd rules || exit 2
expect "all of them build and pass" 0 "$GOMM" fix -bench=none -race=false -all ./...
contains "none fails" "$lib_tmp/err" "proposed: 0 verified, 0 without gain, [0-9]+ not measured, 0 inconclusive, 0 failed"
# With -api an error of errors.New is made once, and a test sees that.
expect "a change that a test sees" 0 "$GOMM" fix -bench=none -race=false -all -api -rule=hoist ./hoist
contains "that one fails" "$lib_tmp/out" "refuted: example.org/rules/hoist: TestHoist has another outcome"
contains "the others do not" "$lib_tmp/err" "4 proposed: 0 verified, 0 without gain, 3 not measured, 0 inconclusive, 1 failed"
cd ..

# -- measured and written -------------------------------------------------------------------------------

cp -r "$GOMM_ROOT/exercises/ex01_escape" ex01 && rm -r ex01/solution
printf 'module example.org/ex01\n\ngo 1.19\n' >ex01/go.mod
chmod 640 ex01/ex01_escape.go
"$GOMM" fix -C ex01 -bench=none -race=false >out 2>err </dev/null
contains "what only -api changes is told of" err '^gomm: 3 more would change what importers see: -api tries them too$'
expect "exercise 1: verified, not written" 1 "$GOMM" fix -C ex01 -api -race=false -pairs=6
cp out patch
contains "as a patch" patch '^\+func NewUser\(id int64, name string\) User \{'
(cd ex01 && git init -q . && git apply --check ../patch) >err 2>&1 && ok "the patch applies" || notok "the patch applies" "$(cat err)"
contains "0 allocations for NewUser" patch "verified: BenchmarkNewUser: 64 → 0 B/op, 1 → 0 allocs/op"
contains "0 allocations for Registry" patch "verified: BenchmarkRegistry: .* → 0 B/op, 1 → 0 allocs/op"
contains "0 allocations for Log" patch "verified: BenchmarkLog: 48 → 0 B/op, 4 → 0 allocs/op"
contains "0 allocations for Sequence" patch "verified: BenchmarkSequence: 24 → 0 B/op, 2 → 0 allocs/op"
expect "exercise 1: written" 0 "$GOMM" fix -C ex01 -api -race=false -pairs=6 -w -json
contains "in the result document" out '"verdict": "verified"'
(cd ex01 && "$GOMM_GO" vet . && "$GOMM_GO" test .) >out 2>&1 && ok "it passes its tests" || notok "it passes its tests" "$(cat out)"
[ -z "$("$("$GOMM_GO" env GOROOT)/bin/gofmt" -l ex01)" ] && ok "formatted" || notok "formatted" "gofmt -l names files"
[ "$(stat -c %a ex01/ex01_escape.go)" = 640 ] && ok "mode kept" || notok "mode kept" "$(stat -c %a ex01/ex01_escape.go)"
expect "nothing is left to fix" 0 "$GOMM" fix -C ex01 -api -race=false
[ ! -s out ] && ok "no patch" || notok "no patch" "$(cat out)"

# -- made benchmarks; functions that might do harm are not called ----------------------------------------

mkdir made && cd made && printf 'module example.org/made\n\ngo 1.19\n' >go.mod
cat >made.go <<'G'
package made

import (
	"fmt"
	"os"
)

// Double has no benchmark.
func Double(xs []int) []int {
	var out []int
	for _, x := range xs {
		out = append(out, 2*x)
	}
	return out
}

// Harm must not be called.
func Harm(path string) string {
	name := fmt.Sprintf("%s/%s", path, "called")
	os.WriteFile(name, nil, 0o666)
	return name
}
G
expect "with a made benchmark" 1 "$GOMM" fix -race=false -pairs=6 -all
contains "measured" "$lib_tmp/out" "verified: BenchmarkGommFix/Double/a: [0-9]+ → 160 B/op, [0-9]+ → 1 allocs/op"
contains "not called" "$lib_tmp/out" "unverified: not measured: no benchmark shows a difference"
cd ..

# -- other packages of the module ---------------------------------------------------------------------------

mkdir -p api/lib api/user && cd api && printf 'module example.org/api\n\ngo 1.19\n' >go.mod
cat >lib/lib.go <<'G'
package lib

type Item struct{ A, B, C int64 }

// Bound is kept as a pointer elsewhere.
func Bound(n int64) *Item { return &Item{A: n} }

// Free is not.
func Free(n int64) *Item { return &Item{B: n} }
G
printf 'package user\n\nimport "example.org/api/lib"\n\nvar Kept *lib.Item = lib.Bound(1)\n' >user/user.go
expect "importers see it" 0 "$GOMM" fix -api -rule=value -bench=none -race=false -all -text ./lib
contains "refused" "$lib_tmp/out" 'by value: Bound    refuted: a package that imports it would have to change: go vet example.org/api/user: '
contains "another one is not" "$lib_tmp/out" 'by value: Free    unverified: not measured'
cd ..

# -- two changes that hold alone, and not together: each has its turn --------------------------------------------

mkdir together && cd together && printf 'module example.org/together\n\ngo 1.19\n' >go.mod
cat >together.go <<'G'
package together

type Gen struct {
	a, b, c int64
	f       func(int64) int64
}

type Option func(*Gen)

func same(x int64) int64 { return x }

// New makes one.
func New(options ...Option) *Gen {
	gen := &Gen{
		a: 1,
		f: same,
	}

	for _, option := range options {
		option(gen)
	}

	return gen
}

// Sum uses one.
func Sum(x int64) int64 {
	g := New(func(g *Gen) { g.b = x })
	return g.f(g.a + g.b)
}
G
cat >together_test.go <<'G'
package together

import "testing"

var sink int64

func BenchmarkSum(b *testing.B) {
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		sink += Sum(int64(i))
	}
}
G
expect "not together" 0 "$GOMM" fix -api -all -race=false -own -pairs=6 -text .
if [ "$(grep -c 'unverified: not measured: no benchmark shows a difference' "$lib_tmp/out")" = 2 ]; then
    ok "each was measured alone"
else
    notok "each was measured alone" "$(grep ' fix  ' "$lib_tmp/out")"
fi
cd ..

# -- sync.Pool, in words ------------------------------------------------------------------------------------

mkdir pool && cd pool && printf 'module example.org/pool\n\ngo 1.19\n' >go.mod
cat >pool.go <<'G'
package pool

import (
	"encoding/json"
	"io"
	"unsafe"
)

type page struct {
	body [1024]byte
	n    int
}

func Serve(w io.Writer, n int) error {
	served := make([]byte, n)
	_, err := w.Write(served)
	return err
}

func Decode(data []byte) (int, error) {
	var decoded page
	err := json.Unmarshal(data, &decoded)
	return decoded.n, err
}

func Copy(w io.Writer, r io.Reader) error {
	copied := &page{}
	n, err := r.Read(copied.body[:])
	if err == nil {
		_, err = w.Write(copied.body[:n])
	}
	return err
}

var last *page

func Return(r io.Reader, n int) []byte {
	returned := make([]byte, n)
	r.Read(returned)
	return returned
}

func Store(r io.Reader) {
	stored := &page{}
	r.Read(stored.body[:])
	last = stored
}

func Read(r io.Reader) (*json.Decoder, error) {
	given := &page{}
	_, err := r.Read(given.body[:])
	return json.NewDecoder(given), err
}

func (p *page) Read(b []byte) (int, error) { return copy(b, p.body[:]), io.EOF }

var address unsafe.Pointer

func Hide(r io.Reader, n int) {
	hidden := make([]byte, n)
	r.Read(hidden)
	address = unsafe.Pointer(&hidden[0])
}

func Small(r io.Reader) error {
	var small [16]byte
	_, err := r.Read(small[:])
	return err
}
G
expect "remarks" 0 "$GOMM" fix -bench=none -race=false -all -text
for name in served decoded copied; do
    contains "$name" "$lib_tmp/out" "last resort, not a fix: $name is needed for one call of [A-Z][a-z]+ only"
done
lacks "not what lives on, or is small" "$lib_tmp/out" 'fix: (returned|stored|given|hidden|small) is needed'
expect "none without -all" 0 "$GOMM" fix -bench=none -race=false -text
lacks "none" "$lib_tmp/out" 'last resort'
cd ..

# -- bad input ---------------------------------------------------------------------------------------------

expect "unknown rule" 2 "$GOMM" fix -rule=magic
contains "which there are" err "want fmt, prealloc, hoist, buffer, outline, value, closure, append, dst or param"
expect "no package" 2 "$GOMM" fix -C made ./nowhere

mkdir broken && printf 'module example.org/broken\n\ngo 1.19\n' >broken/go.mod
sed 's/return out/return "x"/; s/package made/package broken/' made/made.go >broken/broken.go
expect "errors" 2 "$GOMM" fix -C broken
contains "said" err "has errors and was left out"

cp -r made failing && cat >failing/made_test.go <<'G'
package made

import "testing"

func TestBad(t *testing.T) { t.Error("always") }

func TestPanic(t *testing.T) { Double([]int{1}); panic("always") }

func BenchmarkBad(b *testing.B) { b.Fatal("always") }
G
expect "failing tests" 1 "$GOMM" fix -C failing -race=false -pairs=6
contains "fail before and after" out "verified: BenchmarkGommFix/Double/a"

cp -r made readonly && chmod a-w readonly/made.go
if [ "$(id -u)" != 0 ]; then
    expect "a file that may not be written" 2 "$GOMM" fix -C readonly -race=false -pairs=6 -w
fi
cmp -s made/made.go readonly/made.go && ok "is as it was" || { [ "$(id -u)" = 0 ] && skip "is as it was" "root may write"; }

# Ctrl-C: what is known is told, nothing is written, nothing is left behind.
cp -r made stopped
mkdir tmp
TMPDIR=$lib_tmp/tmp "$GOMM" fix -C stopped -w -v >out 2>err &
pid=$!
for _ in $(seq 200); do
    grep -q "measuring" err && break
    sleep 0.1
done
kill -TERM $pid # a shell starts what runs behind it with SIGINT ignored
wait $pid
[ $? -ge 128 ] && ok "interrupted" || notok "interrupted" "the exit status is no signal's"
cmp -s made/made.go stopped/made.go && ok "interrupted: nothing written" || notok "interrupted: nothing written" "made.go has changed"
[ -z "$(ls tmp | grep gomm)" ] && ok "interrupted: nothing left" || notok "interrupted: nothing left" "$(ls tmp)"

finish
