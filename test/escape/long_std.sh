#!/bin/bash
# long_std.sh: all of std: gomm's decisions and the compiler's, with each installed Go, with and without inlining.
# What is left is known: see doc/escape.md.
# Output: lines "ok NAME: rate; seconds, megabytes", "not ok …", "skip …"
# limit: 7200
. "$(dirname "$0")/common.sh"

std() {
    cd "$("$GO" env GOROOT)/src" || return
    one -l 99.5 ""
    one "" 99.5 98
}

one() { # flags, percentage of decisions, of inlining
    local name="escape std $GO_VERSION${1:+ $1}" figures
    # shellcheck disable=SC2086
    nice "$GOMM" escape -compare -time -v $1 std >"$lib_tmp/out" 2>"$lib_tmp/err" </dev/null
    figures="decisions $(rate "$lib_tmp/out")${3:+, inlining $(inlining "$lib_tmp/out")}"
    figures+="; $(awk '/^escape/ { printf "%.1f s, %s MB", $2 / 1000, $(NF - 1) }' "$lib_tmp/err")"
    if at_least "$(percentage "$lib_tmp/out")" "$2" && { [ -z "$3" ] || at_least "$(inlining "$lib_tmp/out")" "$3"; }; then
        ok "$name: $figures"
    else
        notok "$name" "$figures"
        sed -n '/^Disagreements:/,$p' "$lib_tmp/out" | grep -v ' 100.00 % '
        tail -n 5 "$lib_tmp/err"
    fi
}

for_each_go std
finish
