#!/bin/bash
# test_golden.sh: gomm escape -m prints what go build -gcflags=-m prints, to the letter and in its order, of the packages
# in golden/; with each installed Go, with and without inlining.  The compiler is asked each time.
. "$(dirname "$0")/common.sh"

cd "$GOMM_ROOT/test/escape/golden" || exit 2

one() { # package flags
    local name="escape golden $GO_VERSION $1 -m $2"
    "$GO" build -gcflags="-m${2:+ $2}" "$1" >"$lib_tmp/said" 2>&1 || {
        if grep -q 'build constraints exclude' "$lib_tmp/said"; then
            skip "$name" "for newer Go"
        else
            notok "$name" "does not compile: $(sed -n 2p "$lib_tmp/said")"
        fi
        return
    }
    decisions <"$lib_tmp/said" >"$lib_tmp/want"
    "$GOMM" escape -m $2 "$1" 2>"$lib_tmp/err" | decisions >"$lib_tmp/got"
    # What differs, and what is known to: known.txt of golden/ has the lines, with where they come from.
    diff "$lib_tmp/want" "$lib_tmp/got" | grep '^[<>]' | sed -E 's|[^ ]*/golden/||' >"$lib_tmp/differs"
    sed -n "s|^${GO_VERSION%.*} $1 -m${2:+ $2}: ||p" known.txt >"$lib_tmp/known"
    if cmp -s "$lib_tmp/known" "$lib_tmp/differs"; then
        ok "$name"
    elif cmp -s "$lib_tmp/want" "$lib_tmp/got"; then
        notok "$name" "nothing differs any more: golden/known.txt is out of date"
    else
        notok "$name" "$(diff "$lib_tmp/want" "$lib_tmp/got" | grep -c '^[<>]') lines differ"
        diff "$lib_tmp/want" "$lib_tmp/got" | sed 's/^/  /' | head -n 40
        sed 's/^/  err: /' "$lib_tmp/err"
    fi
}

golden() {
    local dir
    for dir in */; do
        if [ $dir = cgo/ ] && ! { [ "$("$GO" env CGO_ENABLED)" = 1 ] && command -v "$("$GO" env CC)" >"$lib_tmp/cc"; }; then
            skip "escape golden $GO_VERSION ./cgo" "no C compiler"
            continue
        fi
        one "./${dir%/}" ""
        one "./${dir%/}" -l
    done
}

for_each_go golden
finish
