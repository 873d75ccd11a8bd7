#!/bin/bash
# test_session.sh: an editor's sessions with gomm lsp, played over standard input and output (test/lsp/session): what it shows,
# answers and survives.  With each installed Go.
. "$(dirname "$0")/../lib.sh"

(cd "$GOMM_ROOT/test/lsp" && GOFLAGS=-mod=mod GOWORK=off "$GOMM_GO" build -o "$lib_tmp/session" ./session) || {
    notok build "the client does not build"
    finish
}

sessions() {
    mkdir -p "$lib_tmp/$GO_VERSION" "$lib_tmp/cache"
    GOMM_TEST_GOROOT=$("$GO" env GOROOT) GOFLAGS= GOMM_CACHE=$lib_tmp/cache "$lib_tmp/session" -gomm "$GOMM" -tmp "$lib_tmp/$GO_VERSION" |
        sed "s/^\(ok\|not ok\) \([^:]*\)/\1 $GO_VERSION-\2/" >"$lib_tmp/out"
    cat "$lib_tmp/out"
    grep -q '^ok' "$lib_tmp/out" || notok "$GO_VERSION" "no session was played"
    lib_failures=$((lib_failures + $(grep -c '^not ok' "$lib_tmp/out")))
}
# Under the sanitizers what was freed is not to be kept, as memory is measured.
export ASAN_OPTIONS=quarantine_size_mb=0:${ASAN_OPTIONS-}
for_each_go sessions

# By hand it says what it is for.
expect terminal 2 script -qec "$GOMM lsp </dev/tty" /dev/null
expect arguments 2 "$GOMM" lsp ./...
expect closed 1 "$GOMM" lsp
finish
