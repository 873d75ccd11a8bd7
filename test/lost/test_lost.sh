#!/bin/sh
# The seven situations in which the stock race runtime loses a race for good: gomm must report each one
# with the right stacks, and must stay silent on the same program with the missing edge put in.
# Stock's silence is shown beside it where it is deterministic, and its report where it has one, so
# that what is expected of gomm is also known to be what stock prints.
#
# Environment: GOMM (binary under test), GOMM_ROOT (checkout), GOMM_GO and GOMM_GO119 (go commands).
# LOST_ROUNDS, LOST_PLANS (each 16384 at most: package quiet), LOST_SEEDS, LOST_PAIRS and LOST_EVENTS
# enlarge the parts that can be larger (long_lost.sh).
# Output: lines "ok NAME", "not ok NAME: why", "skip NAME: why".
set -u

: "${GOMM_ROOT:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${GOMM:=$GOMM_ROOT/build/gomm}"
: "${GOMM_GO:=$(command -v go)}"
: "${GOMM_GO119:=/usr/lib/go-1.19/bin/go}"
: "${LOST_ROUNDS:=1500}"
: "${LOST_PLANS:=150}"

here=$GOMM_ROOT/test/lost
tmp=$(mktemp -d "${TMPDIR:-/tmp}/gomm-lost.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
unset GORACE GOMM_EVENTS
quick='atexit_sleep_ms=0'
failures=0

ok() { echo "ok $1"; }
not_ok() {
    echo "not ok $1: $2"
    failures=$((failures + 1))
}

# run RUNTIME PROGRAM ARGS…: run what RUNTIME (gomm or stock) built; $rc, $tmp/out and $tmp/err.
run() {
    which=$1
    program=$2
    shift 2
    GORACE=$quick timeout 120 "$bin/$which/$program" "$@" >"$tmp/out" 2>"$tmp/err"
    rc=$?
}

# silent RUNTIME PROGRAM ARGS…: no report and exit status 0.
silent() {
    run "$@"
    [ $rc = 0 ] && ! grep -q 'DATA RACE' "$tmp/err"
}

# line FILE MARK: the number of the line that ends in "// MARK".
line() { grep -n "// $2\$" "$here/$1" | cut -d: -f1; }

# reports RUNTIME PATTERN PROGRAM ARGS…: exactly one report, whose stacks match, and exit status 66.
# On failure $why says what was wrong.
reports() {
    which=$1
    pattern=$2
    shift 2
    run "$which" "$@"
    "$tmp/judge" stacks "$tmp/err" >"$tmp/stacks" 2>&1 || {
        why="unreadable report: $(head -n 1 "$tmp/stacks")"
        return 1
    }
    n=$(wc -l <"$tmp/stacks")
    if [ "$n" -ne 1 ]; then
        why="$n reports, exit status $rc: $(head -n 1 "$tmp/err")"
        return 1
    fi
    if [ $rc != 66 ]; then
        why="exit status $rc, not 66"
        return 1
    fi
    got=$(cat "$tmp/stacks")
    # shellcheck disable=SC2254
    case $got in
    $pattern) return 0 ;;
    esac
    why="got $got, want $pattern"
    return 1
}

# pattern FILE FIRST SECOND [main]: what judge stacks prints for the usual shape
# of the programs, FIRST and SECOND being the kinds of the accesses; main if main makes the second.
pattern() {
    f=$1
    p="$3 main.second:$(line "$f" SECOND)<main.main"
    [ "${4-}" = main ] || p="$p.*"
    p="$p:$(line "$f" CALL2)|previous $2 main.first:$(line "$f" FIRST)<main.main.*:$(line "$f" CALL1)"
    [ "${4-}" = main ] || p="$p|created main.main:$(line "$f" GO2)"
    echo "$p|created main.main:$(line "$f" GO1)"
}

# found NAME PATTERN PROGRAM ARGS…
found() {
    name=$1
    shift
    if reports gomm "$@"; then ok "$name"; else not_ok "$name" "$why"; fi
}

# quiet NAME PROGRAM ARGS…: gomm must not say anything.
quiet() {
    name=$1
    shift
    if silent gomm "$@"; then ok "$name"; else not_ok "$name" "exit status $rc: $(sed -n 3p "$tmp/err")"; fi
}

# stock_silent NAME PROGRAM ARGS…
stock_silent() {
    name=$1
    shift
    if silent stock "$@"; then ok "$name"; else not_ok "$name" "the stock runtime finds it, so this shows nothing"; fi
}

# stock_agrees NAME PATTERN PROGRAM ARGS…: the expectation itself, checked on a run that stock reports.
stock_agrees() {
    name=$1
    shift
    if reports stock "$@"; then ok "$name"; else not_ok "$name" "stock: $why"; fi
}

situation_finished() {
    p=$(pattern finished/finished.go write write)
    stock_agrees "$v/1 expectation" "$p" finished 0
    stock_silent "$v/1 stock is silent after 64 finished goroutines" finished 64
    for n in 0 63 64 255 1000 20000; do
        found "$v/1 first goroutine finished, then $n others" "$p" finished $n
    done
    quiet "$v/1 ordered by a channel" finished 64 ordered
}

situation_between() {
    p=$(pattern between/between.go write write)
    stock_agrees "$v/2 expectation" "$p" between 0
    lost=
    for n in 250 251 252 253 254 255 256 257 258 259 260; do
        silent stock between $n && lost="$lost $n"
        found "$v/2 $n goroutines between" "$p" between $n
    done
    if [ -n "$lost" ]; then
        ok "$v/2 stock is silent at one count:$lost"
    else
        not_ok "$v/2 stock is silent at one count" "it found all of 250 to 260"
    fi
    for n in 506 1000 20000; do
        found "$v/2 $n goroutines between" "$p" between $n
    done
    quiet "$v/2 ordered by a channel" between 253 ordered
}

situation_resets() {
    p=$(pattern resets/resets.go write write)
    stock_agrees "$v/3 expectation" "$p" resets 1000
    stock_silent "$v/3 stock is silent after 1,500,000 lock pairs" resets 1500000
    found "$v/3 1,500,000 lock pairs between" "$p" resets 1500000
    found "$v/3 ${LOST_PAIRS:-6000000} lock pairs between" "$p" resets "${LOST_PAIRS:-6000000}"
    quiet "$v/3 ordered by a channel" resets 1500000 ordered
}

situation_events() {
    p=$(pattern events/events.go write write)
    stock_agrees "$v/4 expectation" "$p" events 1000
    stock_silent "$v/4 stock is silent after 200,000 events" events 200000
    found "$v/4 50,000 events of the first goroutine" "$p" events 50000
    found "$v/4 200,000 events of the first goroutine" "$p" events 200000
    found "$v/4 ${LOST_EVENTS:-30000000} events of the first goroutine" "$p" events "${LOST_EVENTS:-30000000}"
    quiet "$v/4 ordered by a channel" events 200000 ordered
}

situation_readers() {
    p=$(pattern readers/readers.go read write main)
    p=$(echo "$p" | sed 's/^write/write by main/')
    lost=0
    for k in 1 2 3 4 5 6 7 8 9 10 11 12; do
        silent stock readers $k && lost=$((lost + 1))
        found "$v/5 12 readers, number $k unsynchronised" "$p" readers $k
    done
    if [ $lost -ge 8 ]; then
        ok "$v/5 stock is silent at $lost of 12 positions"
    else
        not_ok "$v/5 stock is silent at 8 of 12 positions" "at $lost only"
    fi
    stock_agrees "$v/5 expectation" "$p" readers 1
    quiet "$v/5 all 12 synchronised" readers 0
}

situation_bytewise() {
    f=bytewise/bytewise.go
    for w in 1 2 4 8; do
        for off in 0 1 2 3 4 5 6 7; do
            if [ $off -ge $w ]; then
                quiet "$v/6 a write of $w bytes and one of byte $off" bytewise one $w $off
                continue
            fi
            c=$(line $f CALLONE)
            p="write main.access:$(line $f WRITE1)<main.second:$(line $f CALLSECOND)<main.one.*:$c<quiet<main.twice.*:$(line $f CALL2)"
            p="$p|previous write main.access:$(line $f WRITE$w)<main.first:$(line $f CALLFIRST)<main.one.*:$c<quiet<main.twice.*:$(line $f CALL1)"
            p="$p|created main.twice:$(line $f GO2)|created main.twice:$(line $f GO1)"
            found "$v/6 a write of $w bytes and one of byte $off" "$p" bytewise one $w $off
        done
    done
    stock_silent "$v/6 stock is silent on 8 bytes against byte 3" bytewise one 8 3
    for mode in pairs types; do
        GORACE=$quick timeout 120 "$bin/gomm/bytewise" $mode >"$tmp/out" 2>"$tmp/err"
        got=$(tail -n 1 "$tmp/out")
        case $got in
        *" missed 0 invented 0") ok "$v/6 $mode: $got" ;;
        *) not_ok "$v/6 $mode" "$got; $(head -n 1 "$tmp/out")" ;;
        esac
    done
}

situation_simultaneous() {
    for kind in write-write read-write part-write range-write; do
        for skew in 0 60; do
            for which in gomm stock; do
                GORACE=$quick timeout 120 "$bin/$which/simultaneous" "$LOST_ROUNDS" $kind $skew >"$tmp/out" 2>&1
                rc=$?
                eval "$which=\$(\"\$tmp/judge\" cells \"\$tmp/out\" | sed 's/.* //')"
                eval "${which}_rc=$rc"
            done
            # Stock's number is shown, not asserted: what it misses is a matter of luck.
            name="$v/7 $kind, at most $skew apart, $LOST_ROUNDS rounds (stock finds $stock)"
            if [ "$gomm" != "$LOST_ROUNDS" ]; then
                not_ok "$name" "$gomm found"
            elif [ "$gomm_rc" != 66 ]; then
                not_ok "$name" "exit status $gomm_rc, not 66"
            else
                ok "$name"
            fi
        done
    done
}

# Not one of the seven, but what they have in common: random plans whose races are all known.  None may pass
# in silence (the judge says what that means), and none may be invented.
random_plans() {
    for seed in ${LOST_SEEDS-1 2}; do
        GORACE=$quick timeout 300 "$bin/gomm/random" $seed "$LOST_PLANS" >"$tmp/out" 2>"$tmp/err"
        rc=$?
        "$tmp/judge" random "$tmp/err" >"$tmp/out" 2>&1
        got=$(tail -n 1 "$tmp/out")
        # races N covered N found N | … | invented N
        if [ $rc = 66 ] && echo "$got" | awk '{ exit !($1 == "races" && $2 > 0 && $2 == $4 && $NF == 0) }'; then
            ok "$v/random plans, seed $seed: $got"
        else
            not_ok "$v/random plans, seed $seed" "exit status $rc; $got; $(head -n 1 "$tmp/out")"
        fi
    done
}

"$GOMM_GO" version >/dev/null 2>&1 || {
    echo "skip lost races: no go command at $GOMM_GO"
    exit 0
}
(cd "$here" && "$GOMM_GO" build -o "$tmp/judge" ./judge) || {
    echo "not ok lost races: the judge does not build"
    exit 1
}

for go in "$GOMM_GO" "$GOMM_GO119"; do
    if ! "$go" version >/dev/null 2>&1; then
        echo "skip lost races with $go: not installed"
        continue
    fi
    v=$("$go" env GOVERSION)
    [ -d "$tmp/$v" ] && continue # both names are the same Go
    bin=$tmp/$v
    mkdir -p "$bin/gomm" "$bin/stock"
    list=$(cd "$here" && "$go" list -f '{{if eq .Name "main"}}{{.ImportPath}}{{end}}' -tags race ./... | grep -v judge)
    # shellcheck disable=SC2086
    if ! (cd "$here" && PATH=$(dirname "$go"):$PATH && export PATH &&
        "$GOMM" build -o "$bin/gomm/" $list && "$go" build -race -o "$bin/stock/" $list) >"$tmp/build" 2>&1; then
        not_ok "$v build" "$(head -n 3 "$tmp/build" | tr '\n' ' ')"
        continue
    fi
    situation_finished
    situation_between
    situation_resets
    situation_events
    situation_readers
    situation_bytewise
    situation_simultaneous
    random_plans
done
[ $failures = 0 ]
