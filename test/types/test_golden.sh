#!/bin/bash
# test_golden.sh: programs of our own, in golden/, with the errors that they must give in comments, as in Go's test
# directory; and the same errors, to the letter, as the compiler's.
. "$(dirname "$0")/common.sh"

golden=$GOMM_ROOT/test/types/golden
GO=$GOMM_GO
minor=$("$GO" env GOVERSION | sed -E 's/^go1\.([0-9]+).*/\1/')
if [ "$minor" -lt 26 ]; then
    skip "types golden" "the words are those of Go 1.26"
    finish
fi

if "$GO" build -o "$lib_tmp/conformance" "$GOMM_ROOT/test/types/conformance.go" &&
    nice "$lib_tmp/conformance" -eval "$eval_types" -go "$GO" -suite test -dir "$golden" -need 100 \
        >"$lib_tmp/out"; then
    ok "types golden"
else
    cat "$lib_tmp/out"
    notok "types golden" "not the errors in the comments"
fi

# Positions are of the same file in both; only how it is named differs.
named() {
    grep -v '^# ' | sed "s|$golden/||g; s|[^[:blank:]]*/golden/||g"
}

for f in "$golden"/*.go; do
    name=$(basename "$f" .go)
    case $name in runaway*) continue ;; esac # the compiler does not end
    "$GO" tool compile -e -p p -o "$lib_tmp/p.o" "$f" 2>&1 | named >"$lib_tmp/want"
    "$GOMM" typecheck -all "$f" 2>&1 | named >"$lib_tmp/got"
    if [ -s "$lib_tmp/want" ] && diff "$lib_tmp/want" "$lib_tmp/got"; then
        ok "types golden $name as the compiler"
    else
        notok "types golden $name as the compiler" "other messages"
    fi
done
finish
