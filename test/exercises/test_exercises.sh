#!/bin/bash
# The exercises: pass under go test, ex02 fails under the detector and nothing else does, the
# solutions are clean, and the READMEs show what gomm says.
. "$(dirname "$0")/../lib.sh"
cd "$GOMM_ROOT" || exit 2

exercises() {
    local n=exercises/$GO_VERSION p
    expect "$n/plain" 0 "$GO" test ./exercises/...
    "$GOMM" test -count=1 ./exercises/... >"$lib_tmp/out" 2>&1 </dev/null
    for p in ex01_escape ex01_escape/solution ex02_visibility/solution ex03_false_sharing \
        ex03_false_sharing/solution; do
        contains "$n/race/$p" "$lib_tmp/out" "^ok  	gomm\.dev/exercises/$p	"
    done
    contains "$n/race/ex02_visibility" "$lib_tmp/out" "^FAIL	gomm\.dev/exercises/ex02_visibility	"
    contains "$n/race/ex02_visibility/report" "$lib_tmp/out" '^WARNING: DATA RACE$'
    contains "$n/race/ex02_visibility/verdict" "$lib_tmp/out" \
        'race detected during execution of test'
    expect "$n/bench" 0 "$GO" test -run='^$' -bench=. -benchtime=100x -benchmem \
        ./exercises/ex01_escape/solution ./exercises/ex03_false_sharing/...
    lacks "$n/bench/allocs" "$lib_tmp/out" 'Benchmark(NewUser|Log|Sequence).* [1-9][0-9]* allocs/op'
}

for_each_go exercises

expect exercises/check/solutions 0 "$GOMM" check ./exercises/ex01_escape/... \
    ./exercises/ex02_visibility/solution ./exercises/ex03_false_sharing/...
lacks exercises/check/solutions/clean "$lib_tmp/out" '^RACE'
contains exercises/check/ex01/escapes "$lib_tmp/out" '^ESC01 .*ex01_escape\.go:17:2 .*u moves to the heap: 64 B'

# ex02: both variables, in either order: the test makes one order likely, no more.
expect exercises/check/ex02 1 "$GOMM" check ./exercises/ex02_visibility
contains exercises/check/ex02/text "$lib_tmp/out" '^RACE01 .*ex02_visibility\.go:(14 .*:25|25 .*:14) '
contains exercises/check/ex02/ready "$lib_tmp/out" '^RACE01 .*ex02_visibility\.go:(15 .*:22|22 .*:15) '

# What the READMEs show, they show for one Go.
block() { # exercise, pattern of the lines
    sed -n '/^## Before/,/^## After/p' "exercises/$1/README.md" | sed -n '/^```/,/^```/p' |
        grep -E "$2" | grep -v '^ *…$' >"$lib_tmp/shown"
}
current() { [ -s "$lib_tmp/shown" ] && ! grep -vxF -f "$lib_tmp/out" "$lib_tmp/shown" >"$lib_tmp/stale"; }
if [ "$("$GOMM_GO" env GOVERSION)" = go1.26.8 ]; then
    block ex02_visibility '^(RACE01|       )'
    for _ in 1 2 3; do
        current && break
        "$GOMM" check ./exercises/ex02_visibility >"$lib_tmp/out" 2>&1
    done
    if current; then
        ok exercises/readme/ex02
    else
        notok exercises/readme/ex02 "it shows lines that gomm does not print"
        cat "$lib_tmp/stale"
    fi
    block ex01_escape '^exercises/.*heap'
    # From its cache the go command repeats what the compiler said with names as they were where it ran first.
    "$GOMM_GO" build -gcflags=-m ./exercises/ex01_escape 2>&1 |
        sed -E 's,^(\./|exercises/)?(ex01_escape/)?ex01_escape\.go,exercises/ex01_escape/ex01_escape.go,' >"$lib_tmp/out"
    if current; then
        ok exercises/readme/ex01
    else
        notok exercises/readme/ex01 "it shows lines that the compiler does not print"
        cat "$lib_tmp/stale"
    fi
else
    skip exercises/readme "the READMEs show what Go 1.26.8 says"
fi
finish
