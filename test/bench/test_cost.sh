#!/bin/bash
# test_cost.sh: what escapes cost, in gomm check (-bench, -profile, -fix) and gomm fix (-profile).
. "$(dirname "$0")/../lib.sh"
cd "$lib_tmp" || exit 2
mkdir -p svc/lib && cd svc || exit 2
printf 'module example.org/svc\n\ngo 1.19\n' >go.mod
cat >lib/lib.go <<'G'
// Package lib has a hot escape, a warm one and a cold one, the cold one first and the largest.
package lib

import "fmt"

type Cold struct{ A [40]int64 }

func MakeCold(n int) *Cold {
	c := Cold{}
	c.A[0] = int64(n)
	return &c
}

//go:noinline
func Name(n int) string { return fmt.Sprintf("item-%d", n) }

type Item struct{ A, B, C int64 }

//go:noinline
func Make(n int) *Item {
	it := Item{A: int64(n)}
	return &it
}

// Label is not called by the program.
func Label(n int) string { return fmt.Sprintf("label-%d", n) }

func Inlined(n int) *Item { return &Item{A: int64(n)} }
G
cat >lib/lib_test.go <<'G'
package lib

import "testing"

var (
	item *Item
	name string
)

func BenchmarkMake(b *testing.B) {
	for i := 0; i < b.N; i++ {
		item = Make(i)
	}
}

func BenchmarkInlined(b *testing.B) {
	for i := 0; i < b.N; i++ {
		item = Inlined(i)
	}
}

func BenchmarkName(b *testing.B) {
	for i := 0; i < b.N; i++ {
		name = Name(1000)
	}
}

func TestNone(t *testing.T) {
	if Make(3).A != 3 {
		t.Error()
	}
}
G
cat >main.go <<'G'
package main

import (
	"os"
	"runtime"
	"runtime/pprof"

	"example.org/svc/lib"
)

var (
	item *lib.Item
	name string
)

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < 10000; i++ {
		item = lib.Make(i)
	}
	for i := 0; i < 1000; i++ {
		name = lib.Name(1000 + i)
	}
	f, _ := os.Create(os.Args[1])
	pprof.Lookup("allocs").WriteTo(f, 0)
	f.Close()
}
G

costs() {
    v=$GO_VERSION
    expect "$v: with benchmarks" 0 "$GOMM" check -bench . ./lib
    contains "$v: bytes and share" "$lib_tmp/out" '^       cost  BenchmarkMake-?[0-9]*  24 B/op  1 allocs/op \(100 % of this benchmark\)'
    contains "$v: of what is inlined too" "$lib_tmp/out" '^       cost  BenchmarkInlined-?[0-9]*  24 B/op'
    contains "$v: the phase" "$lib_tmp/out" ' · benchmarks [0-9.]+ m?s'
    grep -n '^ESC\|^       cost' "$lib_tmp/out" >order
    if sed 's/^[0-9]*:ESC.*/E/; s/^[0-9]*:  .*/c/' order | tr -d '\n' | grep -qx 'EcEcEcEE'; then ok "$v: the coldest last"; else notok "$v: the coldest last" "$(cat order)"; fi
    contains "$v: a change is known" "$lib_tmp/out" '^note: gomm fix has [0-9]+ changes? to try'
    expect "$v: none of them" 0 "$GOMM" check -bench Nothing ./lib
    contains "$v: is said" "$lib_tmp/out" '^note: no benchmarks ran that match Nothing'
    expect "$v: without" 0 "$GOMM" check ./lib
    lacks "$v: no cost then" "$lib_tmp/out" '^       cost|benchmarks'

    # Built elsewhere, as production programs are.
    mkdir -p "$lib_tmp/else" && cp -r go.mod main.go lib "$lib_tmp/else"
    (cd "$lib_tmp/else" && "$GO" build -trimpath -o svc . && ./svc "$lib_tmp/$v.pprof")
    expect "$v: with a profile" 0 "$GOMM" check -profile "$lib_tmp/$v.pprof" -json ./...
    if out=$(python3 - "$lib_tmp/out" 2>&1 <<'P'
import json, sys
hot = {}
for f in json.load(open(sys.argv[1]))["findings"]:
    for c in f.get("costs", []):
        hot[f["message"].split()[0], f["line"]] = (c["share"], {m["name"]: m["value"] for m in c["metrics"]})
share, metrics = hot["it", 21]
assert metrics["alloc_objects"] == 10000 and metrics["alloc_space"] == 240000, metrics
assert 0.5 < share < 1, share
assert ("c", 9) not in hot
P
    ); then ok "$v: exact counts"; else notok "$v: exact counts" "$out"; fi
    expect "$v: fix by profile" 0 "$GOMM" fix -profile "$lib_tmp/$v.pprof" -n -api -text ./lib
    contains "$v: what is hottest first" "$lib_tmp/out" '^note: .* more are about places that .*pprof does not know'
    if [ "$(grep -c '^ESC' "$lib_tmp/out")" -ge 2 ] && grep '^ESC' "$lib_tmp/out" | head -1 | grep -q 'lib.go:2[01]'; then
        ok "$v: order"
    else
        notok "$v: order" "$(cat "$lib_tmp/out")"
    fi
}
for_each_go costs

sed -i '6i // A line more than when the program was built.' lib/lib.go
version=$("$GOMM_GO" env GOVERSION)
expect "another version of the source" 0 "$GOMM" check -profile "$lib_tmp/$version.pprof" ./lib
if [ "$version" = go1.19.8 ]; then
    skip "functions begin elsewhere" "Go 1.19 does not write where they begin"
else
    contains "functions begin elsewhere" "$lib_tmp/out" 'note: .* of it is of functions that begin at other lines now'
    lacks "nothing is charged to other lines" "$lib_tmp/out" '^       cost'
fi
sed -i 6d lib/lib.go

# -- verified changes ----------------------------------------------------------------------------

expect "with fixes" 0 "$GOMM" check -bench 'Make|Name' -fix ./lib
contains "verified" "$lib_tmp/out" '^       fix   append and strconv instead of fmt.Sprintf    verified: BenchmarkName: .* allocs/op'
contains "what is left" "$lib_tmp/out" '^note: 1 more would change what importers see'
expect "a profile of something else" 2 "$GOMM" check -profile lib/lib.go ./lib
contains "is said" "$lib_tmp/err" 'lib/lib.go: .*not a pprof profile'
"$GOMM_GO" test -c -o lib.test ./lib && ./lib.test -test.run='^$' -test.bench=Make -test.benchtime=0.1s -test.cpuprofile=cpu.pprof >out 2>&1
expect "a profile of processor time" 2 "$GOMM" check -profile cpu.pprof ./lib
contains "is said too" "$lib_tmp/err" 'cpu.pprof: not a heap profile'
expect "fix with it" 2 "$GOMM" fix -profile cpu.pprof ./lib
expect "-fix alone" 2 "$GOMM" check -fix ./lib
contains "what it wants" "$lib_tmp/err" 'fix wants -bench REGEXP or -profile FILE'
expect "-api alone" 2 "$GOMM" check -api ./lib
finish
