#!/bin/bash
# test_compare.sh: two binaries of a package, one with an overlay, run in turns (bench_run.h).
. "$(dirname "$0")/../lib.sh"
EVAL=$(dirname "$GOMM")/test/bench/eval_compare

mkdir -p "$lib_tmp/m/p" "$lib_tmp/m/none" && cd "$lib_tmp/m" || exit 2
cat >go.mod <<'GO'
module example.org/m

go 1.19
GO
cat >p/p.go <<'GO'
package p

type T struct{ a, b, c, d int }

var Sink int
var keep *T

func Make(n int) int {
	t := &T{a: n}
	keep = t
	return t.a
}

func Spin(n int) (s int) {
	for i := 0; i < 400*n; i++ {
		s += i ^ s
	}
	return s
}
GO
cat >p/p_test.go <<'GO'
package p

import (
	"os"
	"testing"
)

func BenchmarkMake(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Sink += Make(i)
	}
}

func BenchmarkSpin(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Sink += Spin(10)
	}
}

func BenchmarkHere(b *testing.B) {
	if _, err := os.Stat("p.go"); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkPanics(b *testing.B) {
	panic("on purpose")
}

func BenchmarkFails(b *testing.B) {
	b.Log("what it says")
	b.Fail()
}
GO
echo 'package none' >none/none.go
# The other binary allocates nothing, and spins four times as long.
sed -e 's/t := &T{a: n}/t := T{a: n}/; /keep = t/d; s/400\*n/1600*n/' p/p.go >"$lib_tmp/p.go"
echo "{\"Replace\":{\"$PWD/p/p.go\":\"$lib_tmp/p.go\"}}" >"$lib_tmp/overlay.json"

compares() {
    local out=$lib_tmp/out
    expect "$GO_VERSION: compares" 0 "$EVAL" . ./p "$lib_tmp/overlay.json" 'Make|Spin|Here' 20000x 8
    contains "$GO_VERSION: the package's directory" "$out" '^built example.org/m/p in .*/m/p$'
    contains "$GO_VERSION: bytes" "$out" '^BenchmarkMake[-0-9]* B/op 32 0 n=8 p=[0-9.]* less'
    contains "$GO_VERSION: allocations" "$out" '^BenchmarkMake[-0-9]* allocs/op 1 0 n=8 p=[0-9.]* less'
    contains "$GO_VERSION: nothing changed" "$out" '^BenchmarkSpin[-0-9]* allocs/op 0 0 n=8 p=1.0000 same'
    contains "$GO_VERSION: time" "$out" '^BenchmarkSpin[-0-9]* ns/op .* n=8 p=0.0078 more'
    contains "$GO_VERSION: time of the process" "$out" '^ user-ns .* n=8 p=0.0078 more'
    contains "$GO_VERSION: runs in the package's directory" "$out" '^BenchmarkHere'
    contains "$GO_VERSION: pairs" "$out" '^pairs 8 disturbed 0$'
    lacks "$GO_VERSION: no trouble" "$out" '^trouble'

    expect "$GO_VERSION: a failing benchmark" 0 "$EVAL" . ./p "$lib_tmp/overlay.json" 'Make|Fails' 10x 8
    contains "$GO_VERSION: it is told" "$out" '^trouble A: BenchmarkFails[-0-9]*: p_test.go:[0-9]*: what it says'
    contains "$GO_VERSION: with one pair nothing is concluded" "$out" '^pairs 1 '
    expect "$GO_VERSION: a panic" 0 "$EVAL" . ./p "$lib_tmp/overlay.json" 'Panics' 10x 8
    contains "$GO_VERSION: it is told too" "$out" '^trouble A: BenchmarkPanics[-0-9]*: panic: on purpose'
    expect "$GO_VERSION: no test files" 1 "$EVAL" . ./none "$lib_tmp/overlay.json" . 10x 8
    contains "$GO_VERSION: said" "$out" '^no tests: example.org/m/none has no test files'
    expect "$GO_VERSION: no such package" 1 "$EVAL" . ./missing "$lib_tmp/overlay.json" . 10x 8
    contains "$GO_VERSION: said" "$out" '^build failed: go list ./missing'
    echo 'package p; func (' >"$lib_tmp/bad.go"
    echo "{\"Replace\":{\"$PWD/p/p.go\":\"$lib_tmp/bad.go\"}}" >"$lib_tmp/bad.json"
    expect "$GO_VERSION: does not compile" 1 "$EVAL" . ./p "$lib_tmp/bad.json" . 10x 8
    contains "$GO_VERSION: said" "$out" '^build failed: go (test -c|list) ./p: exit status [12]'
}
for_each_go compares

# Interrupted, it tells what it has.
"$EVAL" . ./p "$lib_tmp/overlay.json" Spin 100000x 5000 >"$lib_tmp/out" 2>&1 &
eval=$!
pids=
for _ in $(seq 600); do
    now=$(pgrep -P $eval 1.test) && case " $pids " in *" $now "*) ;; *) pids+=" $now" ;; esac
    set -- $pids
    [ $# -ge 3 ] && break # its second binary has run at least twice
    sleep 0.1
done
kill -TERM $eval
wait $eval
contains "interrupted" "$lib_tmp/out" '^pairs [0-9]+ disturbed 0 interrupted$'
contains "what was measured is told" "$lib_tmp/out" '^BenchmarkSpin[-0-9]* allocs/op 0 0 n='
lacks "an interrupt is no trouble" "$lib_tmp/out" '^trouble'
finish
