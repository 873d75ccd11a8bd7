#!/bin/bash
# test_command.sh: gomm bench as people use it: sites with reasons, documents, comparison, budgets, bad input.
. "$(dirname "$0")/../lib.sh"
out=$lib_tmp/out err=$lib_tmp/err

mkdir -p "$lib_tmp/m"/{p,none,plain,broken,bad,work} && cd "$lib_tmp/m" || exit 2
cat >go.mod <<'GO'
module example.org/m

go 1.19
GO
cat >p/p.go <<'GO'
package p

import "strings"

type T struct{ a, b, c, d int }

var (
	Sink  int
	keep  *T
	Words []string
)

func Make(n int) int {
	t := &T{a: n}
	keep = t
	return t.a
}

//gomm:allocs 0
func Join(s string) {
	var b strings.Builder
	b.Grow(64)
	b.WriteString(s)
	Sink += b.Len()
	Words = append([]string(nil), s)
}

//gomm:allocs 0
func Clean(n int) int {
	return n * 2
}
GO
cat >p/p_test.go <<'GO'
package p

import "testing"

func BenchmarkMake(b *testing.B) {
	setup := make([]byte, 1<<20)
	setup[1] = 2
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		Sink += Make(i)
	}
}

func BenchmarkJoin(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Join("abc")
	}
}

//gomm:allocs 0
func BenchmarkSub(b *testing.B) {
	b.Run("clean", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			Sink += Clean(i)
		}
	})
	b.Run("size=1/a+b(c)", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			Sink += Make(i)
		}
	})
}
GO
echo 'package none' >none/none.go
printf 'package plain\n' >plain/plain.go
printf 'package plain\n\nimport "testing"\n\nfunc TestX(t *testing.T) {}\n' >plain/plain_test.go
printf 'package broken\n\nvar x int = "no"\n' >broken/broken.go
printf 'package broken\n\nimport "testing"\n\nfunc BenchmarkX(b *testing.B) {}\n' >broken/x_test.go
cat >bad/bad_test.go <<'GO'
package bad

import (
	"fmt"
	"testing"
)

var sink []byte

func BenchmarkFails(b *testing.B) { b.Fatal("it is wrong") }
func BenchmarkPrints(b *testing.B) {
	fmt.Println("hello")
	for i := 0; i < b.N; i++ {
		sink = make([]byte, 128)
	}
}
func BenchmarkSkips(b *testing.B) { b.Skip("not here") }
func BenchmarkPanics(b *testing.B) { panic("on purpose") }
GO

bench_command() {
    local v=$GO_VERSION
    expect "$v: runs" 1 "$GOMM" bench -benchtime=50000x ./p
    contains "$v: a line that benchstat reads" "$out" '^BenchmarkMake(-[0-9]+)?	 +50000	 +[0-9.]+ ns/op	 +32 B/op	 +1 allocs/op$'
    contains "$v: pkg" "$out" '^pkg: example.org/m/p$'
    contains "$v: a site, without the set-up" "$out" '^ +32 B +1 allocs +100 %  p/p.go:14  p.Make$'
    contains "$v: its reason" "$out" '^ +ESC02  &T\{\.\.\.\}: it is stored in something that lives longer: keep = t'
    contains "$v: its flow" "$out" '^ +flow: &T\{\.\.\.\} → t := &T\{\.\.\.\}'
    contains "$v: below the user's line what it calls" "$out" '^ +64 B +1 allocs +80 %  p/p.go:22  p.Join$'
    contains "$v: another" "$out" '^ +16 B +1 allocs +20 %  p/p.go:25  p.Join$'
    contains "$v: the collector" "$out" '^    gc +[0-9.]+ cycles/s, [0-9.]+ % of the processors'
    contains "$v: a sub-benchmark with odd characters" "$out" '^BenchmarkSub/size=1/a\+b\(c\)'
    contains "$v: nothing without allocations" "$out" '^BenchmarkSub/clean.* 0 B/op'
    lacks "$v: sums are right" "$out" 'sites come to'
    contains "$v: a directive of a function" "$out" 'BENCH01 .*p/p.go:20:1.*BenchmarkJoin(-[0-9]+)? allocates 2 times per operation in Join, //gomm:allocs allows 0'
    contains "$v: a directive of a benchmark" "$out" 'BENCH01 .*BenchmarkSub/size=1/a\+b\(c\)(-[0-9]+)? allocates 1 times'
    lacks "$v: one that holds" "$out" 'in Clean'

    expect "$v: -json" 0 "$GOMM" bench -benchtime=50000x -json -no-gc -bench '^BenchmarkMake$' ./p
    contains "$v: schema" "$out" '"schema": "gomm/bench"'
    contains "$v: code" "$out" '"code": "ESC02"'
    cp "$out" old.json
    expect "$v: -compare, no sites" 0 "$GOMM" bench -benchtime=50000x -no-gc -no-sites -count=6 -compare old.json -bench Make ./p
    contains "$v: nothing is proven by one value" "$out" '^  Make(-[0-9]+)? +32 +32 +~  \(p=1.000 n=1\+6\)$'
    contains "$v: a median" "$out" '^    median  [0-9.]+ ns/op .* 32 B/op  1 allocs/op  6 runs$'
    lacks "$v: no sites" "$out" 'p/p.go:14'
    "$GOMM" bench -benchtime=500x -no-gc -no-sites -count=6 -bench Make ./p >old.txt
    sed -i 's/t := &T{a: n}/t := \&struct{ T; more [12]int }{T: T{a: n}}/; s/keep = t$/keep = \&t.T/' p/p.go
    expect "$v: -compare with text" 0 "$GOMM" bench -benchtime=500x -no-gc -no-sites -count=6 -compare old.txt -bench Make ./p
    contains "$v: a change is proven" "$out" '^  Make(-[0-9]+)? +32 +128 +\+300.00%  \(p=0.002 n=6\+6\)$'
    contains "$v: and none" "$out" '^  Make(-[0-9]+)? +1 +1 +~  \(p=1.000 n=6\+6\)$'
    sed -i 's/t := &struct{ T; more \[12\]int }{T: T{a: n}}/t := \&T{a: n}/; s/keep = &t.T$/keep = t/' p/p.go

    expect "$v: -update" 0 "$GOMM" bench -benchtime=50000x -no-gc -no-sites -budget budget.txt -update -bench 'Make|Join' ./p
    contains "$v: the file" budget.txt '^example.org/m/p BenchmarkMake 32 B/op 1 allocs/op$'
    expect "$v: within the budget" 0 "$GOMM" bench -benchtime=50000x -no-gc -no-sites -budget budget.txt -bench 'Make' ./p
    sed -i 's/BenchmarkMake 32 B/BenchmarkMake 8 B/' budget.txt
    expect "$v: above it" 1 "$GOMM" bench -benchtime=50000x -no-gc -no-sites -budget budget.txt -bench 'Make' ./p
    contains "$v: said" "$out" 'BENCH02 .*BenchmarkMake(-[0-9]+)?: 32 B/op, 1 allocs/op; the budget is 8 B/op, 1 allocs/op'
    echo 'nonsense' >>budget.txt
    expect "$v: a bad budget" 2 "$GOMM" bench -benchtime=100x -no-gc -no-sites -budget budget.txt -bench 'Make' ./p
    contains "$v: said where" "$err" 'budget.txt:4: want: package benchmark'

    expect "$v: -o" 0 "$GOMM" bench -benchtime=50000x -no-gc -o sites.pprof -bench 'Make' ./p
    if "$GO" tool pprof -raw sites.pprof >raw.txt 2>raw.err; then
        contains "$v: pprof reads it" raw.txt '1000 +32000'
        contains "$v: reasons are labels" raw.txt 'why:\[it is stored in something that lives longer'
    else
        skip "$v: pprof reads it" "no pprof: $(head -n 1 raw.err)"
    fi

    expect "$v: failing, panicking, printing" 1 "$GOMM" bench -benchtime=20000x -no-gc ./bad
    contains "$v: what failed" "$out" '^--- FAIL: BenchmarkFails'
    contains "$v: why" "$out" 'bad_test.go:[0-9]+: it is wrong'
    contains "$v: what printed" "$out" '^BenchmarkPrints(-[0-9]+)?	 +20000	.* 128 B/op'
    contains "$v: its site" "$out" '128 B +1 allocs +100 %  bad/bad_test.go:14'
    contains "$v: a panic" "$out" 'panic: on purpose'
    expect "$v: as a document" 1 "$GOMM" bench -benchtime=20000x -no-gc -json ./bad
    cp "$out" bad.json
    expect "$v: which fails again" 1 "$GOMM" report bad.json
    contains "$v: with what failed" "$out" '^ *--- FAIL: BenchmarkFails|it is wrong'
    expect "$v: and fails nothing if that is wanted" 0 "$GOMM" report -fail none bad.json
    expect "$v: a build error, as a document" 2 "$GOMM" bench -benchtime=500x -no-gc -no-sites -json ./broken ./none ./p -bench Make
    cp "$out" broken.json
    expect "$v: which is none of the program" 2 "$GOMM" report -fail none broken.json
    expect "$v: a build error" 2 "$GOMM" bench -benchtime=500x -no-gc ./broken ./p -bench Make
    contains "$v: the compiler's words" "$err" 'broken.go:3:'
    contains "$v: the others run" "$out" '^BenchmarkMake'
    expect "$v: no tests" 0 "$GOMM" bench ./none
    contains "$v: said" "$err" 'no benchmarks ran'
    expect "$v: no benchmarks" 0 "$GOMM" bench ./plain
    contains "$v: said" "$err" 'no benchmarks ran'
    expect "$v: none that match" 0 "$GOMM" bench -bench Nothing ./p
    contains "$v: said" "$err" 'no benchmarks ran that match Nothing'
    expect "$v: no such package" 2 "$GOMM" bench ./nowhere
}
for_each_go bench_command

expect "unknown flag" 2 "$GOMM" bench -frob
expect "bad count" 2 "$GOMM" bench -count=0 ./p
expect "-update alone" 2 "$GOMM" bench -update ./p
expect "no such file to compare with" 2 "$GOMM" bench -compare nosuch ./p
contains "said" "$err" 'nosuch'
echo '{"schema": "other"}' >other.json
expect "another document" 2 "$GOMM" bench -compare other.json ./p
contains "said" "$err" 'schema "other"'
expect "help" 0 "$GOMM" help bench
expect "explain" 0 "$GOMM" explain BENCH01

# Interrupted it tells what it has, and leaves nothing behind.
mkdir "$lib_tmp/t"
TMPDIR=$lib_tmp/t "$GOMM" bench -benchtime=300000000x -no-gc -bench 'Make$|Join' ./p >"$out" 2>"$err" &
pid=$!
for _ in $(seq 400); do
    pgrep -P $pid bench.test >/dev/null && break
    sleep 0.1
done
sleep 1
kill -TERM $pid
wait $pid
[ $? -eq 143 ] && ok "dies of the signal" || notok "dies of the signal"
[ -z "$(ls "$lib_tmp/t")" ] && ok "leaves nothing" || notok "leaves nothing" "$(ls "$lib_tmp/t")"
# -- what is no decision of the compiler's: the runtime allocates ---------------------------------------------

cat >work/work_test.go <<'GO'
package work

import (
	"strings"
	"testing"
)

var (
	text  = strings.Repeat("x", 200)
	count int
)

func BenchmarkRunes(b *testing.B) {
	for i := 0; i < b.N; i++ {
		runes := []rune(text)
		count += len(runes)
	}
}
GO
expect "a conversion that does not escape, and is too long" 0 "$GOMM" bench -no-gc -benchtime=200x ./work
contains "has a reason" "$out" '\[\]rune\(\.\.\.\): the string is decoded into a new slice'

finish
