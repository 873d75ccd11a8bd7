#!/bin/bash
# long_parse.sh: all of std, and many changed files, against the compiler's own parser.
# limit: 7200
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"
build_driver
if ! build_reference; then
    skip "the compiler's parser" "not Go 1.26"
    finish
fi
root=$("$GOMM_GO" env GOROOT)
std_files "$root" >"$lib_tmp/std"
[ -z "$GOMM_GO119" ] || std_files "$("$GOMM_GO119" env GOROOT)" >>"$lib_tmp/std"
(cd "$lib_tmp" && split -l 1000 std std.)
for part in "$lib_tmp"/std.*; do
    same "trees, ${part##*/}" dump "$part"
    same "expressions, ${part##*/}" strings "$part"
done
find "$root/test" -name '*.go' >>"$lib_tmp/std"
for seed in $(seq 100 "$((100 + ${ROUNDS:-20}))"); do
    mutants "$seed" 2500 "$lib_tmp/std" || notok "changed files" "none were made"
    same "errors of changed files, $seed" errors "$lib_tmp/mutants"
    same "trees of changed files, $seed" dump "$lib_tmp/mutants"
    go_parser() { parsers_agree "go/parser of $GO_VERSION on changed files, $seed" "$lib_tmp/mutants"; }
    for_each_go go_parser
done
finish
