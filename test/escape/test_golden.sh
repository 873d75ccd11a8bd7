#!/bin/bash
# test_golden.sh: gomm escape -m prints what go build -gcflags=-m prints, to the letter and in its order, of the packages
# in golden/; with each installed Go, with and without inlining.  The compiler is asked each time.
. "$(dirname "$0")/common.sh"

cd "$GOMM_ROOT/test/escape/golden" || exit 2

one() { # package flags
    "$GO" build -gcflags="-m${2:+ $2}" -o /dev/null "$1" 2>&1 | decisions >"$lib_tmp/want"
    "$GOMM" escape -m $2 "$1" >"$lib_tmp/got" 2>"$lib_tmp/err"
    if grep -q 'build constraints exclude' "$lib_tmp/err"; then
        skip "escape golden $GO_VERSION $1 -m $2" "for newer Go"
    elif [ -s "$lib_tmp/want" ] && cmp -s "$lib_tmp/want" "$lib_tmp/got"; then
        ok "escape golden $GO_VERSION $1 -m $2"
    else
        notok "escape golden $GO_VERSION $1 -m $2" "$(diff "$lib_tmp/want" "$lib_tmp/got" | grep -c '^[<>]') lines differ"
        diff "$lib_tmp/want" "$lib_tmp/got" | sed 's/^/  /' | head -n 40
        sed 's/^/  err: /' "$lib_tmp/err"
    fi
}

golden() {
    local dir
    for dir in */; do
        one "./${dir%/}" ""
        one "./${dir%/}" -l
    done
}

for_each_go golden
finish
