#!/bin/sh
# Go's own race suite (GOROOT/src/runtime/race/testdata), all cases, once, on each installed Go: every
# case on which the stock runtime gives the verdict that the case demands, gomm must too.
# The complete suite through its own driver, repeated, is long_go_race_suite.sh.
# Output: lines "ok NAME", "not ok NAME: why", "skip NAME: why".
set -u
. "$(dirname "$0")/common.sh"

# cases GO RUNTIME: verdicts in $tmp/RUNTIME.cases.  Environment and arguments as in the suite's
# driver (runTests in race_test.go): one processor, and every report, even a repeated one.
cases() {
    suite=$("$1" env GOROOT)/src/runtime/race
    (cd "$suite" && GOMAXPROCS=1 GODEBUG='' \
        GORACE='suppress_equal_stacks=0 suppress_equal_addresses=0 atexit_sleep_ms=0' \
        detector "$1" "$2" test -v testdata/*_test.go) >"$tmp/$2.out" 2>&1
    awk -f "$GOMM_ROOT/test/conformance/race_cases.awk" "$tmp/$2.out" | sort >"$tmp/$2.cases"
}

# complete RUNTIME: every test that was started has ended, and the process by itself.
complete() {
    awk '
        /^=== RUN   / { started++ }
        /^ *--- (PASS|FAIL|SKIP): / { ended++ }
        /^FAIL\tcommand-line-arguments\t/ { by_itself = 1 }
        END { exit !(started && started == ended && by_itself) }
    ' "$tmp/$1.out"
}

for go in $(gos); do
    version=$("$go" env GOVERSION)
    name="$version race suite"
    if [ ! -d "$("$go" env GOROOT)/src/runtime/race/testdata" ]; then
        skip "$name" "this Go comes without the suite"
        continue
    fi
    cases "$go" stock
    cases "$go" gomm
    total=$(wc -l <"$tmp/stock.cases")
    if [ "$total" -lt 300 ] || ! complete stock; then
        skip "$name" "the stock runtime does not complete it here: $(tail -n 1 "$tmp/stock.out")"
        continue
    fi
    if ! complete gomm; then
        not_ok "$name" "not complete: $(grep -m 1 -E 'fatal|panic|gomm|signal' "$tmp/gomm.out")"
    fi
    # Lines "NAME stock's verdict gomm's verdict".
    join -a 1 -e absent -o 0,1.2,2.2 "$tmp/stock.cases" "$tmp/gomm.cases" >"$tmp/both"
    while read -r case stock gomm; do
        if [ "$gomm" = "$stock" ] || [ "$gomm" = . ]; then
            continue
        fi
        if [ "$stock" = . ] || [ "$gomm" = absent ]; then
            not_ok "$name: $case" "$gomm, with the stock runtime $stock"
        fi
    done <"$tmp/both"
    passed=$(grep -c ' \.$' "$tmp/gomm.cases")
    stock_passed=$(grep -c ' \.$' "$tmp/stock.cases")
    if [ "$passed" -ge "$stock_passed" ]; then
        ok "$name: $passed of $total cases, $(grep -c SKIPPED "$tmp/gomm.cases") skipped by the suite (stock: $stock_passed)"
    else
        not_ok "$name" "$passed of $total cases, stock $stock_passed"
    fi
    [ -z "${CONF_KEEP-}" ] || echo "# $tmp"
done
[ $failures = 0 ]
