#!/bin/sh
# A representative part of the standard library's own tests under gomm: they must pass, and without a race
# report.  All of it, next to the stock runtime's verdicts, is long_std.sh.
# Output: lines "ok NAME", "not ok NAME: why", "skip NAME: why".
set -u
. "$(dirname "$0")/common.sh"

new='bufio bytes container/list context database/sql encoding/binary encoding/json errors expvar html/template
    internal/poll io log log/slog net/http/httptest net/rpc sort sync sync/atomic text/template'
old='context database/sql encoding/json io net/rpc sync sync/atomic'

packages=$new
for go in $(gos); do
    version=$("$go" env GOVERSION)
    # In GOROOT/src, for the main module's go version decides what GODEBUG the tests run with.
    # shellcheck disable=SC2086
    (cd "$("$go" env GOROOT)/src" && detector "$go" gomm test -short -count=1 $packages) >"$tmp/out" 2>&1 </dev/null
    for package in $packages; do
        name="$version std $package"
        took=$(awk -v p="$package" '$1 == "ok" && $2 == p { print $3 }' "$tmp/out")
        if [ -n "$took" ]; then
            ok "$name ($took)"
        elif (cd "$("$go" env GOROOT)/src" && detector "$go" stock test -short -count=1 "$package") >"$tmp/stock" 2>&1 </dev/null; then
            not_ok "$name" "$(grep -E -m 3 -- '--- FAIL|DATA RACE|^panic|^fatal|^gomm' "$tmp/out" | tr '\n' ' ')"
            shown=yes
        else
            skip "$name" "it fails with the stock runtime too: $(grep -m 1 -e '--- FAIL' "$tmp/stock")"
        fi
    done
    [ -z "${shown-}" ] || sed 's/^/    /' "$tmp/out"
    shown=
    packages=$old
done
[ $failures = 0 ]
