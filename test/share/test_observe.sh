#!/bin/bash
# What is observed of cache lines (GOMM=share; rt/line.h): programs whose lines are known, alone and with the race check,
# with the hooks that gomm makes and with Go's own, on each Go; wrong options; nothing without it.
# limit: 600
. "$(dirname "$0")/../lib.sh"
unset GORACE GOMM_RUNTIME GOMM_INHERIT GOMM_PATCH GOFLAGS GOMM_EVENTS

# The programs have their sides take turns, in one long window; some look at what happens in many.
TRIES=4

# known NAME CASE OPTIONS GOMAXPROCS
known() {
    local i status window=60s
    case $2 in pair | shift) window=50ms ;; esac
    for ((i = 0; i < TRIES; i++)); do
        rm -f "$lib_tmp/events"
        GORACE=atexit_sleep_ms=0 GOMM=$3,window=$window GOMM_EVENTS=$lib_tmp/events GOMAXPROCS=$4 "$lib_tmp/prog" "$2" "$lib_tmp/at" \
            >"$lib_tmp/out" 2>&1
        # the race check finds the races of those that have one
        status=$?
        [ $status = 0 ] || { [ $status = 66 ] && [[ $3 == *check* ]]; } || break
        "$lib_tmp/plain" check "$2" "$lib_tmp/at" "$lib_tmp/events" >"$lib_tmp/out" 2>&1
        status=$?
        [ $status = 3 ] || break
    done
    if [ $status = 0 ]; then
        ok "$1"
        cat "$lib_tmp/events" >>"$lib_tmp/all"
    elif [ $status = 3 ]; then
        skip "$1" "the machine was too busy"
    else
        notok "$1" "$(head -n 5 "$lib_tmp/out")"
        cut -c1-1500 "$lib_tmp/events" | grep '"line"'
    fi
}

all_cases="fields atomics bytes guarded rwmutex true phases separate readers globals neighbours readmostly elements pair shift lives crowd"

options() {
    local bad
    for bad in window=1 share=maybe shares share=only,sample; do
        expect "$1/wrong: $bad" 66 env GOMM=$bad "$lib_tmp/prog" alone "$lib_tmp/at"
        contains "$1/wrong: $bad, told" "$lib_tmp/err" '^gomm: GOMM: .*"'
    done
    expect "$1/not with all_pairs" 66 env GORACE=all_pairs=1 GOMM=share "$lib_tmp/prog" alone "$lib_tmp/at"
    expect "$1/without" 0 env GOMM_EVENTS="$lib_tmp/events0" "$lib_tmp/prog" alone "$lib_tmp/at"
    lacks "$1/without, nothing" "$lib_tmp/events0" '"event":"(line|share)"'
    expect "$1/alone says nothing" 0 env GOMM=share "$lib_tmp/prog" fields "$lib_tmp/at"
    lacks "$1/alone says nothing, of races" "$lib_tmp/err" .
    expect "$1/check finds races" 66 env GORACE=atexit_sleep_ms=0 GOMM=share=check "$lib_tmp/prog" race "$lib_tmp/at"
    expect "$1/no check, no races" 0 env GOMM=share "$lib_tmp/prog" race "$lib_tmp/at"
}

all() {
    local patch c cases=$all_cases
    (cd "$GOMM_ROOT/test/share/prog" && go build -o "$lib_tmp/plain" .) || notok "$GO_VERSION" "does not build"
    for patch in on off; do
        (cd "$GOMM_ROOT/test/share/prog" && "$GOMM" build "-gomm.patch=$patch" -o "$lib_tmp/prog" .) || {
            notok "$GO_VERSION/patch=$patch" "does not build"
            continue
        }
        # Go's own hooks differ in how they come to the model, not in what it does
        [ $patch = on ] || cases="fields atomics bytes guarded pair lives"
        for c in $cases; do
            known "$GO_VERSION/patch=$patch/$c" $c share 2
        done
        for c in fields atomics guarded phases; do
            known "$GO_VERSION/patch=$patch/$c, with the check" $c share=check 2
        done
        known "$GO_VERSION/patch=$patch/fields, all sampled" fields share,sample=100% 2
        known "$GO_VERSION/patch=$patch/one P" alone share 1
    done
    (cd "$GOMM_ROOT/test/share/prog" && "$GOMM" build -o "$lib_tmp/prog" .) && options "$GO_VERSION"
}

for_each_go all
valid "all events" "$lib_tmp/all"
finish
