#!/bin/bash
# Which pattern gomm check names for each race in pattern_test.go and alike_test.go, and that it names none for
# what only looks like one: the comment above a test says "want RACEnn" (RACE01: a race without a pattern) or
# "want no race".
set -u
. "$(dirname "$0")/../lib.sh"

here=$GOMM_ROOT/test/race

# Lines "TEST CODE", of the sources.
wanted() {
    awk '/^\/\/ want / { want = $3 == "no" ? "none" : $3 }
         /^func Test/ { sub(/\(.*/, "", $2); print $2, want; want = "?" }' "$here"/*_test.go | sort
}

# The same of a report: a finding's test is the one that its stacks lead to, its code the one that its first
# sentence ends in.
named() {
    awk 'function done() { if (code != "") print (test == "" ? "?" : test), code; code = test = "" }
         /^RACE01 / { done(); code = "RACE01" }
         /^FAIL/ { done() }
         /^       why / && match($0, /\(RACE[0-9][0-9]\)$/) { code = substr($0, RSTART + 1, 6) }
         code != "" && test == "" && match($0, /race\.Test[A-Za-z0-9]+/) { test = substr($0, RSTART + 5, RLENGTH - 5) }
         END { done() }' "$1" | sort -u
}

for go in "$GOMM_GO" "$GOMM_GO119"; do
    if [ -z "$go" ] || ! "$go" version >/dev/null 2>&1; then
        skip "patterns with $go" "not installed"
        continue
    fi
    v=$("$go" env GOVERSION)
    [ -e "$lib_tmp/$v" ] && continue # both names are the same Go
    (cd "$here" && PATH=$(dirname "$go"):$PATH && "$GOMM" check >"$lib_tmp/$v" 2>"$lib_tmp/err")
    named "$lib_tmp/$v" >"$lib_tmp/named"
    [ -s "$lib_tmp/named" ] || sed 's/^/  err: /' "$lib_tmp/err"
    while read -r test want; do
        got=$(awk -v t="$test" '$1 == t { print $2 }' "$lib_tmp/named" | tr '\n' ' ')
        if [ "${got% }" = "$want" ] || { [ "$want" = none ] && [ -z "$got" ]; }; then
            ok "$v/$test: $want"
        else
            notok "$v/$test" "want $want, got ${got:-none}"
            grep -n -A12 "^RACE01" "$lib_tmp/$v" | grep -B12 "$test" | sed 's/^/  /' | head -n 20
        fi
    done <<TESTS
$(wanted)
TESTS
    # Epochs end more often when operations are noted: that changes no verdict.
    if (cd "$GOMM_ROOT/test/hb" && PATH=$(dirname "$go"):$PATH && GOMM=edges=1 "$GOMM" test -count=1 .) >"$lib_tmp/hb" 2>&1; then
        ok "$v/the happens-before rules with operations noted"
    else
        notok "$v/the happens-before rules with operations noted" "$(tail -n 3 "$lib_tmp/hb" | tr '\n' ' ')"
    fi
done
finish
