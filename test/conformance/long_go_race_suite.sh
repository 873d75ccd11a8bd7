#!/bin/sh
# Go's own race suite through its own driver: "go test -race -v ." in GOROOT/src/runtime/race, whose tests
# build and run further race binaries with the go command.  GOMM_INHERIT=1 makes gomm put its -toolexec into
# GOFLAGS, so that these carry gomm's runtime too; that they really do is checked by the start events
# that the runtime writes (include/gomm/events.h), one for each process.
#
# RUNS (3) repeats gomm's run; one bad verdict in any of them is a failure.
# Output: lines "ok NAME", "not ok NAME: why", "skip NAME: why"; rows in $GOMM_RESULTS/race-suite.rows.
set -u
. "$(dirname "$0")/common.sh"
: "${RUNS:=3}"
rows=$GOMM_RESULTS/race-suite.rows
: >"$rows"

# suite GO RUNTIME: runs it; sorted verdicts in $tmp/RUNTIME.verdicts, the tests of the driver by their
# names, the cases of TestRace and the line "Passed …" as they print them.
suite() {
    start=$(now)
    rm -f "$tmp/events"
    (cd "$("$1" env GOROOT)/src/runtime/race" &&
        GOMM_INHERIT=1 GOMM_EVENTS=$tmp/events detector "$1" "$2" test -count=1 -v .) >"$tmp/$2.out" 2>&1
    status=$?
    seconds=$(since "$start")
    {
        # Benchmarks and helpers apart, the driver's tests are those at the margin.
        sed -n 's/^--- \([A-Z]*\): \(Test[^ ]*\) .*/\2 \1/p' "$tmp/$2.out"
        sed -n 's/^\(\(No\)\{0,1\}Race[^ ]*\)  *\(\.\|FAILED+\{0,1\}\|SKIPPED\)$/case:\1 \3/p' "$tmp/$2.out"
    } | sort >"$tmp/$2.verdicts"
    passed=$(sed -n 's/^\(Passed [0-9]* of [0-9]*\) tests.*/\1/p' "$tmp/$2.out")
}

for go in $(gos); do
    version=$("$go" env GOVERSION)
    name="$version race suite by its driver"
    if [ ! -d "$("$go" env GOROOT)/src/runtime/race/testdata" ]; then
        skip "$name" "this Go comes without the suite"
        continue
    fi
    suite "$go" stock
    stock_row="$passed, $(grep -vc '^case:' "$tmp/stock.verdicts") driver tests $([ $status = 0 ] && echo pass || echo FAIL), $seconds s"
    if [ $status != 0 ]; then
        skip "$name" "the stock runtime fails here: $(grep -m 1 -E '^--- FAIL|FAILED' "$tmp/stock.out")"
        continue
    fi
    run=1
    while [ $run -le "$RUNS" ]; do
        suite "$go" gomm
        join -a 1 -e absent -o 0,1.2,2.2 "$tmp/stock.verdicts" "$tmp/gomm.verdicts" |
            awk '$2 != $3 && $3 != "." && $3 != "PASS" { print $1 ": " $3 ", with the stock runtime " $2 }' >"$tmp/worse"
        if [ -s "$tmp/worse" ]; then
            not_ok "$name, run $run" "$(head -n 3 "$tmp/worse" | tr '\n' ';')"
            cp "$tmp/gomm.out" "$GOMM_RESULTS/race-suite.$version.$run.out"
        elif [ $status != 0 ]; then
            not_ok "$name, run $run" "exit status $status: $(tail -n 3 "$tmp/gomm.out" | head -n 1)"
            cp "$tmp/gomm.out" "$GOMM_RESULTS/race-suite.$version.$run.out"
        else
            ok "$name, run $run: $passed, $seconds s"
        fi
        # One process is the driver itself; the binary with the cases and the programs of TestOutput and
        # the others were built by it.
        inner=$(sed -n 's/.*"event":"start".*"exe":"\([^"]*\)".*/\1/p' "$tmp/events" 2>/dev/null |
            sed 's/.*\///; s/[0-9]\{3,\}//g' | sort | uniq -c | sort -rn | awk '{ print $2 " " $1 }' | tr '\n' ',')
        cases=$(grep -c '"event":"start".*race\.test"\|"event":"start".*command-line-arguments\.test"' "$tmp/events" 2>/dev/null)
        others=$(grep '"event":"start"' "$tmp/events" 2>/dev/null | wc -l)
        if [ "$cases" -ge 2 ] && [ "$others" -ge 10 ]; then
            ok "$name, run $run: all $others processes carried gomm's runtime ($inner)"
        else
            not_ok "$name, run $run" "processes that carried gomm's runtime: $others ($inner)"
        fi
        run=$((run + 1))
    done
    skipped=$(grep -c SKIPPED "$tmp/gomm.verdicts")
    echo "| $version | $passed, $(grep -vc '^case:' "$tmp/gomm.verdicts") driver tests $([ $status = 0 ] && echo pass || echo FAIL), $seconds s | $stock_row | $skipped cases, by the suite itself | $RUNS |" >>"$rows"
done
[ $failures = 0 ]
