#!/bin/bash
# test_std.sh: std and cmd of each Go, bodies and tests included, are free of errors, as they are for the compiler.
. "$(dirname "$0")/../lib.sh"

std() {
    PATH=$(dirname "$GO"):$PATH "$GOMM" typecheck -test -deps -e -time std cmd \
        >"$lib_tmp/out" 2>"$lib_tmp/err" </dev/null
    local status=$? lines
    lines=$(awk '/^check/ { print $4 }' "$lib_tmp/err")
    if [ $status -eq 0 ] && [ "${lines:-0}" -gt 1000000 ]; then
        ok "types std and cmd $GO_VERSION: no error"
    else
        notok "types std and cmd $GO_VERSION" "status $status, $lines lines: $(cat "$lib_tmp/out" "$lib_tmp/err" | head -n 3 | tr '\n' ' ')"
    fi
}
for_each_go std
finish
