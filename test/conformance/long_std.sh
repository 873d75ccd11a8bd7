#!/bin/sh
# The standard library's own tests under gomm, package by package, against the verdict of the stock
# runtime on the same machine: "go test -race -short -v -count=1 PACKAGE".
#
# Usage: long_std.sh [PACKAGE…]     default: std_packages.txt
# Environment: see common.sh.  DETECTORS="stock gomm" may be narrowed to one; what is already in
# $GOMM_RESULTS/std.VERSION.DETECTOR is not run again (a killed run goes on where it was), FRESH=1 forgets
# gomm's results first.  A package whose verdicts differ is run once more under both: if they agree then,
# the row says how many attempts it took.
# Output: lines "ok NAME", "not ok NAME: why"; rows in $GOMM_RESULTS/std.VERSION.rows.
set -u
. "$(dirname "$0")/common.sh"
: "${DETECTORS:=stock gomm}"

# one GO RUNTIME PACKAGE: sets $result to "run passed failed skipped verdict seconds".
one() {
    log=$tmp/log
    begin=$(now)
    # In GOROOT/src, for the main module's go version decides what GODEBUG the tests run with.
    (cd "$("$1" env GOROOT)/src" &&
        detector "$1" "$2" test -short -v -count=1 -timeout 20m "$3") >"$log" 2>&1 </dev/null
    if [ $? = 0 ]; then verdict=pass; else verdict=FAIL; fi
    grep -q 'WARNING: DATA RACE' "$log" && verdict=$verdict+race
    result="$(counts "$log") $verdict $(since "$begin")"
    if [ $verdict != pass ]; then
        mkdir -p "$GOMM_RESULTS/logs"
        cp "$log" "$GOMM_RESULTS/logs/$("$1" env GOVERSION).$2.$(echo "$3" | tr / _)"
    fi
}

# recorded FILE PACKAGE
recorded() { awk -v p="$2" '$1 == p { $1 = ""; r = substr($0, 2) } END { print r }' "$1" 2>/dev/null; }

measure() {
    file=$GOMM_RESULTS/std.$version.$2
    result=$(recorded "$file" "$3")
    if [ -z "$result" ]; then
        one "$1" "$2" "$3"
        echo "$3 $result" >>"$file"
    fi
}

newest=$(gos | head -n 1)
for go in $(gos); do
    version=$("$go" env GOVERSION)
    [ -z "${FRESH-}" ] || rm -f "$GOMM_RESULTS/std.$version.gomm"
    rows=$GOMM_RESULTS/std.$version.rows
    : >"$rows"
    if [ $# -gt 0 ]; then
        packages=$*
    elif [ "$go" = "$newest" ]; then
        packages=$(sed 's/#.*//' "$GOMM_ROOT/test/conformance/std_packages.txt" | awk 'NF { print $1 }')
    else
        packages=$(sed 's/#.*//' "$GOMM_ROOT/test/conformance/std_packages.txt" | awk 'NF == 1 { print $1 }')
    fi
    for package in $packages; do
        name="$version std $package"
        for d in $DETECTORS; do
            measure "$go" "$d" "$package"
            eval "$d=\$result"
        done
        [ "$DETECTORS" = "stock gomm" ] || continue
        attempts=1
        while [ "$(echo "$stock" | cut -d' ' -f5)" != "$(echo "$gomm" | cut -d' ' -f5)" ] && [ $attempts -lt 3 ]; do
            attempts=$((attempts + 1))
            one "$go" stock "$package"
            stock=$result
            one "$go" gomm "$package"
            gomm=$result
        done
        if [ "$(echo "$stock" | cut -d' ' -f5)" = "$(echo "$gomm" | cut -d' ' -f5)" ]; then
            ok "$name: $gomm (stock: $stock)"
        else
            not_ok "$name" "$gomm (stock: $stock)"
        fi
        echo "$package $attempts $stock $gomm" | awk '{
            note = $2 > 1 ? "attempt " $2 : ""
            if ($3 != $9 || $6 != $12)
                note = note (note ? "; " : "") "stock ran " $3 ", skipped " $6
            printf "| %s | %d | %d | %d | %d | %s | %s | %s s | %s s | %s |\n", $1, $9, $10, $11, $12, $7, $13, $8, $14, note
        }' >>"$rows"
    done
done
[ $failures = 0 ]
