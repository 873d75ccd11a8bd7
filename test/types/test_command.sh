#!/bin/bash
# test_command.sh: gomm typecheck says what go build says, letter by letter, of packages with mistakes of many kinds.
. "$(dirname "$0")/../lib.sh"

cd "$GOMM_ROOT/test/types/wrong" || exit 2

# same NAME FILE FILE
same() {
    if cmp -s "$2" "$3"; then
        ok "$1"
    else
        notok "$1" "differs from go build"
        diff "$2" "$3" | sed 's/^/  /'
    fi
}

# Messages change from version to version: ours are those of the newest.
case $("$GOMM_GO" env GOVERSION) in
go1.26*)
    for dir in */; do
        p=./${dir%/}
        "$GOMM_GO" build -o /dev/null "$p" >"$lib_tmp/want" 2>&1
        "$GOMM" typecheck "$p" >"$lib_tmp/got" 2>&1
        same "typecheck $p" "$lib_tmp/want" "$lib_tmp/got"
        [ "$p" = ./user ] && continue # the flag is not for what it imports
        "$GOMM_GO" build -gcflags=-e -o /dev/null "$p" >"$lib_tmp/want" 2>&1
        "$GOMM" typecheck -e "$p" >"$lib_tmp/got" 2>&1
        same "typecheck -e $p" "$lib_tmp/want" "$lib_tmp/got"
    done
    ;;
*) skip "typecheck as go build" "wants Go 1.26" ;;
esac

expect "an importer of a broken package" 1 "$GOMM" typecheck ./user
lacks "is not looked at" "$lib_tmp/out" Missing
contains "but the broken one is" "$lib_tmp/out" '^# example.org/wrong/decl$'
expect "clean package" 0 "$GOMM" typecheck ./ok
lacks "clean package prints nothing" "$lib_tmp/out" .
expect "errors" 1 "$GOMM" typecheck ./decl ./ok
contains "package line" "$lib_tmp/out" '^# example.org/wrong/decl$'
expect "tests" 1 "$GOMM" typecheck -test ./ok
contains "in-package test" "$lib_tmp/out" '^# example.org/wrong/ok \[example.org/wrong/ok.test\]$'
expect "external tests" 1 "$GOMM" typecheck -test ./outer
contains "their package line" "$lib_tmp/out" '^# example.org/wrong/outer_test \[example.org/wrong/outer.test\]$'
contains "their errors" "$lib_tmp/out" '^outer/x_test.go:9:34: undefined: outer.Goodbye$'
lacks "and those only" "$lib_tmp/out" ForTests
expect "syntax errors come alone" 1 "$GOMM" typecheck ./syntax
lacks "no type errors beside them" "$lib_tmp/out" 'not reached'
expect "-all" 1 "$GOMM" typecheck -all ./syntax
contains "-all has both" "$lib_tmp/out" 'not reached'
expect "no such package" 2 "$GOMM" typecheck ./nowhere
expect "unknown flag" 2 "$GOMM" typecheck -nonsense
expect "another directory" 1 "$GOMM" typecheck -C decl
contains "names are relative to it" "$lib_tmp/out" '^\./a\.go:'
expect "-json" 1 "$GOMM" typecheck -json ./many
contains "-json has all errors" "$lib_tmp/out" '"undefined: x14"'
expect "-sarif" 1 "$GOMM" typecheck -sarif ./many
contains "-sarif has a rule" "$lib_tmp/out" '"ruleId": *"TYPE01"'
expect "-time" 0 "$GOMM" typecheck -time ./ok
contains "-time tells phases" "$lib_tmp/err" '^check .* lines .* peak memory'
finish
