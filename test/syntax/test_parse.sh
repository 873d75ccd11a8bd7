#!/bin/bash
# test_parse.sh: src/syntax against std and against the compiler's own parser.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"
build_driver

# Every file of std parses, and is the same tree when it was printed and read again.
roundtrip() { # name
    local files
    std_files "$("$GO" env GOROOT)" >"$lib_tmp/std"
    files=$(grep -c . "$lib_tmp/std")
    if [ "$files" -lt 4000 ]; then
        notok "std of $GO_VERSION" "only $files files"
    elif nice_ "$driver" roundtrip <"$lib_tmp/std" >"$lib_tmp/out"; then
        ok "std of $GO_VERSION: $(cat "$lib_tmp/out")"
    else
        notok "std of $GO_VERSION" "see below"
        tail -20 "$lib_tmp/out"
    fi
}
for_each_go roundtrip

if ! build_reference; then
    skip "the compiler's parser" "not Go 1.26"
    finish
fi
root=$("$GOMM_GO" env GOROOT)

# Wrong files: the same errors at the same places, and those that the comments want.
find "$root/src/cmd/compile/internal/syntax/testdata" "$root/src/internal/types/testdata" \
    "$root/src/go/parser/testdata" "$root/test" -type f \
    \( -name '*.go' -o -name '*.src' -o -name '*.go2' \) >"$lib_tmp/wrong"
same "errors of GOROOT's wrong files" errors "$lib_tmp/wrong"
same "trees of GOROOT's wrong files" dump "$lib_tmp/wrong"
grep '/internal/syntax/testdata/.*\.go$' "$lib_tmp/wrong" >"$lib_tmp/declared"
mapfile -t files <"$lib_tmp/declared"
"$driver" errors <"$lib_tmp/declared" | "$reference" declared "${files[@]}" >"$lib_tmp/out"
case $(tail -n 1 "$lib_tmp/out") in
0\ wanted*) notok "ERROR comments" "there are none" ;;
*\ 0\ missing,\ 0\ not\ wanted) ok "ERROR comments: $(tail -n 1 "$lib_tmp/out")" ;;
*) notok "ERROR comments" "$(cat "$lib_tmp/out")" ;;
esac

# Right ones: the same trees with the same positions, the same texts of expressions.
std_files "$root" | grep -E '/src/(go|runtime|net|strconv|cmd/compile/internal/types2)/' | awk 'NR % 4 == 0' >"$lib_tmp/some"
std_files "$root" | awk 'NR % 12 == 5' >>"$lib_tmp/some"
same "trees of std" dump "$lib_tmp/some"
same "expressions of std" strings "$lib_tmp/some"
grep -lE '/[/*]line ' -r "$root/test" "$root/src/cmd/compile" --include='*.go' >"$lib_tmp/lines"
same "line directives" places "$lib_tmp/lines"

# And files that are almost right.
std_files "$root" >"$lib_tmp/std"
find "$root/test" -name '*.go' >>"$lib_tmp/std"
if mutants 1 1500 "$lib_tmp/std"; then
    same "errors of changed files" errors "$lib_tmp/mutants"
    same "trees of changed files" dump "$lib_tmp/mutants"
    go_parser() { parsers_agree "go/parser of $GO_VERSION on changed files" "$lib_tmp/mutants"; }
    for_each_go go_parser
else
    notok "changed files" "none were made"
fi

# The tables of letters, digits and printable characters.
if [ "$("$reference" unicode </dev/null)" = "$("$driver" unicode </dev/null)" ]; then
    ok "Unicode's letters, digits, printable characters"
else
    notok "Unicode's letters, digits, printable characters" "they differ"
fi
finish
