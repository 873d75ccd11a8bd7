#!/bin/bash
# run.sh [--unit|--long] [PATTERN...]: runs the tests and counts them.
#
# First the unit tests ($B/test/unit/*, cmocka, each test counted), then every executable
# test/*/test_*.sh; with --long only test/*/long_*.sh, with --unit only the unit tests.  With
# patterns, only those whose name contains one of them.
#
# A script says on standard output "ok NAME", "not ok NAME: why" or "skip NAME: why", a line
# each; anything else it writes is its log, shown if it fails.  A script that ends with another
# status than 0 and no "not ok", or that reports nothing at all, counts as one failure.  It gets:
#   GOMM       the tool               GOMM_ROOT  the source tree
#   GOMM_GO    the Go on PATH         GOMM_GO119 Go 1.19, or empty
#   TMPDIR     a directory of its own, removed afterwards
# A line "# limit: SECONDS" in it changes its time limit (600; long ones 3600).
#
# JOBS=N runs N at a time, for a quick answer; what measures time is better run alone.
#
# The last line is "N passed, N failed, N skipped"; the status is 0 exactly if none failed.
set -u
cd "$(dirname "$0")/.." || exit 2

mode=normal
case ${1-} in
--unit | --long)
    mode=${1#--}
    shift
    ;;
esac
patterns=("$@")

export GOMM_ROOT=$PWD
export GOMM=$GOMM_ROOT/${B:-build}/gomm
logs=$GOMM_ROOT/${B:-build}/test/logs
if [ -z "${GOMM_GO-}" ]; then
    GOMM_GO=$(command -v go) || GOMM_GO=
    for go in /usr/local/go/bin/go /usr/lib/go-*/bin/go; do
        [ -z "$GOMM_GO" ] && [ -x "$go" ] && GOMM_GO=$go
    done
fi
export GOMM_GO
[ -n "$GOMM_GO" ] && PATH=$(dirname "$GOMM_GO"):$PATH
go119=/usr/lib/go-1.19/bin/go
[ -x $go119 ] || go119=
export GOMM_GO119=${GOMM_GO119-$go119}

# What the caller set must not change what the tests mean.
unset GITHUB_WORKSPACE GITHUB_STEP_SUMMARY GORACE GOFLAGS GODEBUG GOMM_EVENTS GOEXPERIMENT NO_COLOR CDPATH MAKEFLAGS MAKELEVEL MFLAGS
export LC_ALL=C GOTOOLCHAIN=local GOWORK=
[ -n "${HOME-}" ] || export GOCACHE=$GOMM_ROOT/${B:-build}/go-cache GOPATH=$GOMM_ROOT/${B:-build}/go

work=$(mktemp -d "${TMPDIR:-/tmp}/gomm-test.XXXXXX") || exit 2
child=
workers=()
clean() {
    chmod -R u+w "$work" 2>/dev/null
    rm -rf "$work"
}
stop() {
    [ -n "$child" ] && kill -TERM "$child" 2>/dev/null
    [ ${#workers[@]} -gt 0 ] && kill -TERM "${workers[@]}" 2>/dev/null
    wait
    clean
    exit 130
}
trap clean EXIT
trap stop INT TERM HUP
rm -rf "$logs" "${logs%/logs}/summary"
mkdir -p "$logs"

passed=0 failed=0 skipped=0
failures=()

wanted() { # name
    [ ${#patterns[@]} -eq 0 ] && return 0
    local p
    for p in "${patterns[@]}"; do
        case $1 in *"$p"*) return 0 ;; esac
    done
    return 1
}

show() { # file: what is not about passed tests, indented
    local lines
    lines=$(grep -vcE '^(ok|skip) [^[:blank:]]' "$1")
    [ "$lines" -gt 80 ] && echo "    ... ($lines lines, the last 80 here, all in ${1#"$GOMM_ROOT"/})"
    grep -vE '^(ok|skip) [^[:blank:]]' "$1" | tail -n 80 | sed 's/^/    /'
}

# Runs one program under its limit; its output is in $log.out and $log.err, its status in $status.
execute() { # name limit program...
    local limit=$2 began=$SECONDS
    log=$logs/${1//\//-}
    export TMPDIR=$work/${1//\//-}
    mkdir -p "$TMPDIR"
    shift 2
    # timeout gives the program a process group of its own and ends all of it.
    timeout -k 10 "$limit" "$@" </dev/null >"$log.out" 2>"$log.err" &
    child=$!
    wait $child
    status=$?
    child=
    seconds=$((SECONDS - began))
    why=
    [ $status -eq 124 ] || [ $status -eq 137 ] && [ $seconds -ge "$limit" ] && why="timed out after $limit s"
    chmod -R u+w "$TMPDIR" 2>/dev/null
    rm -rf "$TMPDIR"
    unset TMPDIR
}

# Adds up one program's results, and shows them: a line if all is well.
account() { # name ok not_ok skip
    local o=$2 n=$3 s=$4
    if [ -n "$why" ]; then
        n=$((n + 1))
    elif [ "$status" -ne 0 ] && [ "$n" -eq 0 ]; then
        n=1 why="exit status $status without a failed test"
    elif [ $((o + n + s)) -eq 0 ]; then
        n=1 why="reported no test"
    fi
    echo "$o $n $s $1" >"$counts"
    if [ "$n" -eq 0 ]; then
        printf 'ok    %-44s %4d tests %4d s' "$1" $((o + s)) "$seconds"
        [ "$s" -gt 0 ] && printf '  (%d skipped)' "$s"
        echo
        return
    fi
    printf 'FAIL  %-44s %d of %d  %d s  %s\n' "$1" "$n" $((o + n + s)) "$seconds" "$why"
    show "$log.out"
    show "$log.err"
}

run_unit() { # binary
    local name=unit/${1##*/}
    CMOCKA_MESSAGE_OUTPUT=TAP execute "$name" 300 "$1"
    # cmocka writes results and messages to either stream; "not ok 3 # SKIP name" is a skip.
    local s n o
    s=$(cat "$log.out" "$log.err" | grep -c '^not ok [0-9]* # SKIP')
    n=$(cat "$log.out" "$log.err" | grep '^not ok [0-9]' | grep -vc '# SKIP')
    o=$(cat "$log.out" "$log.err" | grep -c '^ok [0-9]')
    account "$name" "$o" "$n" "$s"
}

run_script() { # script
    local name=${1#test/} limit=600
    name=${name%.sh}
    [ $mode = long ] && limit=3600
    limit=$(sed -n "s/^# limit: \([0-9][0-9]*\)$/\1/p;20q" "$1" | head -n 1 | grep . || echo $limit)
    execute "$name" "$limit" "$1"
    # "ok NAME" with one space: `go test` says "ok  <tab>package" and means something else.
    account "$name" "$(grep -c '^ok [^[:blank:]]' "$log.out")" \
        "$(grep -c '^not ok [^[:blank:]]' "$log.out")" "$(grep -c '^skip [^[:blank:]]' "$log.out")"
    grep '^skip [^[:blank:]]' "$log.out" | sed 's/^/      /'
}

# In the background: one test, its display in $work/N.show, its counts in $work/N.counts.
start() { # function argument
    local n=${#workers[@]}
    (
        trap 'trap - TERM; [ -n "$child" ] && kill -TERM "$child"; wait; exit 143' TERM
        trap - EXIT
        counts=$work/$n.counts
        "$@"
    ) >"$work/$n.show" 2>&1 &
    workers+=($!)
}

# Shows and adds up the next one in order.
shown=0
collect() {
    local n=$shown o f s name
    wait "${workers[n]}"
    shown=$((shown + 1))
    cat "$work/$n.show"
    read -r o f s name <"$work/$n.counts" || {
        echo "run.sh: lost the result of a test"
        o=0 f=1 s=0 name="?"
    }
    passed=$((passed + o)) failed=$((failed + f)) skipped=$((skipped + s))
    [ "$f" -eq 0 ] || failures+=("$name")
}

# Waits until fewer than JOBS run.
jobs_max=${JOBS:-1}
make_room() {
    while [ "$(jobs -pr | wc -l)" -ge "$jobs_max" ]; do
        wait -n
    done
    while [ $shown -lt ${#workers[@]} ] && ! kill -0 "${workers[shown]}" 2>/dev/null; do
        collect
    done
}

if [ $mode != long ]; then
    # From the sources, as a binary may be left over from a test that is gone.
    for source in test/unit/*.c; do
        [ -e "$source" ] || continue
        unit=${source##*/}
        unit=${unit%.c}
        wanted "unit/$unit" || continue
        make_room
        start run_unit "$GOMM_ROOT/${B:-build}/test/unit/$unit"
    done
fi
case $mode in
normal) scripts=(test/*/test_*.sh) ;;
long) scripts=(test/*/long_*.sh) ;;
unit) scripts=() ;;
esac
for script in "${scripts[@]}"; do
    [ -x "$script" ] && wanted "${script#test/}" || continue
    make_room
    start run_script "$script"
done
while [ $shown -lt ${#workers[@]} ]; do
    collect
done

[ ${#failures[@]} -gt 0 ] && echo "failed: ${failures[*]}"
summary="$passed passed, $failed failed, $skipped skipped"
echo "$summary" >"$GOMM_ROOT/${B:-build}/test/summary"
echo "$summary"
[ $failed -eq 0 ] && [ $((passed + skipped)) -gt 0 ]
