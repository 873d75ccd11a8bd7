# lib.sh: what the benchmark scripts share; bash.  `measure MODE ARGS...` builds bench/measure and
# runs it.  Environment: GOMM, GOMM_ROOT (make bench sets both), BENCH_FLAGS (flags for all three),
# BENCH_OUT (results, build/bench).
# shellcheck shell=bash

: "${GOMM_ROOT:=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}"
: "${GOMM:=$GOMM_ROOT/build/gomm}"
: "${BENCH_OUT:=$GOMM_ROOT/build/bench}"
export LC_ALL=C GOTOOLCHAIN=local GOWORK=off

measure() { # mode, flags...
    local mode=$1
    shift
    command -v go >/dev/null || { echo "$0: no go on PATH" >&2; exit 2; }
    command -v flock >/dev/null || { echo "$0: no flock on PATH; it is in util-linux" >&2; exit 2; }
    [ -x "$GOMM" ] || { echo "$0: no $GOMM; run make first" >&2; exit 2; }
    mkdir -p "$BENCH_OUT/bin" || exit 2
    # A copy, so that a make meanwhile does not change what is measured; not half of a new one.
    local lock
    lock=$(dirname "$GOMM")/lock
    [ -e "$lock" ] || lock=$GOMM
    flock "$lock" cp -f "$GOMM" "$BENCH_OUT/bin/gomm-tool" || exit 2
    (cd "$GOMM_ROOT/bench" && go build -buildvcs=false -o "$BENCH_OUT/bin/measure" ./measure) || exit 2
    "$BENCH_OUT/bin/measure" "$mode" -gomm "$BENCH_OUT/bin/gomm-tool" -source "$GOMM_ROOT/bench" \
        -out "$BENCH_OUT" "$@"
}
