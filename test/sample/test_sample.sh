#!/bin/bash
# Sampling (GOMM=sample=…; doc/sampling.md): nothing false is reported, races are with the probability that is stated, what
# was looked at is said, wrong options are told. With Go's own hooks too, on each Go.
# limit: 900
. "$(dirname "$0")/../lib.sh"
unset GORACE GOMM_RUNTIME GOMM_INHERIT GOMM_PATCH GOFLAGS GOMM_EVENTS

line='^gomm: sampled [0-9]+\.[0-9]+ % of [0-9]+ ms in [0-9]+ bursts, [0-9]+\.[0-9]+ % of [0-9]+ accesses$'

# prog NAME STATUS OPTIONS ARGS...: output in out and err.
prog() {
    local name=$1 want=$2 options=$3
    shift 3
    expect "$name" "$want" env GORACE=atexit_sleep_ms=0 "GOMM=$options" "$lib_tmp/prog" "$@"
}

options() {
    local bad
    for bad in sample sample= sample=2 sample=101% burst=1 burst=1us seed=x smaple=2%; do
        prog "$1/wrong: $bad" 66 "$bad" none
        contains "$1/wrong: $bad, told" "$lib_tmp/err" '^gomm: GOMM: .*"'
    done
    expect "$1/not with all_pairs" 66 env GORACE=all_pairs=1 GOMM=sample=2% "$lib_tmp/prog" none
    prog "$1/a path is no option" 0 /usr/bin/gomm none
    lacks "$1/a path is no option, nothing said" "$lib_tmp/err" .
    prog "$1/100 % is no sampling" 66 sample=100% often
    lacks "$1/100 % is no sampling, nothing said" "$lib_tmp/err" '^gomm: sampled'
}

detects() {
    local i found=0
    for i in 1 2 3 4 5; do
        GORACE=atexit_sleep_ms=0 GOMM=sample=10% "$lib_tmp/prog" often >"$lib_tmp/out" 2>"$lib_tmp/err"
        [ $? -eq 66 ] && found=$((found + 1))
    done
    if [ $found = 5 ]; then ok "$1/a race again and again"; else notok "$1/a race again and again" "$found of 5"; fi
    contains "$1/coverage" "$lib_tmp/err" "$line"
    # Both stacks from the access to the goroutine's function, though the burst began down there.
    if awk '
        /^(Write|Read|Previous)/ { inside = 1; n = 0 }
        inside && /^  main\.deep\(\)/ { n++ }
        inside && /^  main\.often\.func1\(\)/ { if (n == 21) whole++; else bad = 1; inside = 0 }
        END { exit !(whole >= 2 && !bad) }' "$lib_tmp/err"; then
        ok "$1/whole stacks"
    else
        notok "$1/whole stacks" "not 21 calls of deep"
        cat "$lib_tmp/err"
    fi
}

# The second access comes long after the burst of the first has ended: it must be found all the same, so as many races
# are reported as first accesses were seen.
proportional() {
    local n=4000 races seen
    GORACE='atexit_sleep_ms=0 suppress_equal_stacks=0 suppress_equal_addresses=0' GOMM=sample=30%,burst=200us \
        "$lib_tmp/prog" once $n >"$lib_tmp/out" 2>"$lib_tmp/err"
    races=$(grep -c 'WARNING: DATA RACE' "$lib_tmp/err")
    seen=$(sed -n 's/^gomm: sampled .* bursts, \(.*\) % of .*/\1/p' "$lib_tmp/err")
    echo "# $races of $n races, $(tail -n 1 "$lib_tmp/err")"
    if awk -v r="$races" -v n=$n -v s="${seen:-0}" 'BEGIN { p = 100 * r / n; exit !(s > 1 && p > 0.6 * s && p < 1.6 * s) }'; then
        ok "$1/proportional"
    else
        notok "$1/proportional" "$races of $n races, and $seen % of accesses"
    fi
}

silent() {
    local o
    for o in sample=0% sample=50%,burst=20us sample=10%,burst=10us sample=90%,burst=100us; do
        prog "$1/none, $o" 0 "$o" none
        contains "$1/none, $o, coverage" "$lib_tmp/err" "$line"
        lacks "$1/none, $o, silent" "$lib_tmp/err" 'DATA RACE'
    done
    prog "$1/0 % sees nothing" 0 sample=0% often
    contains "$1/0 % says so" "$lib_tmp/err" '^gomm: sampled 0\.00 % of .* in 0 bursts, 0\.00 % of [1-9]'
    expect "$1/events" 0 env GOMM=sample=5% GOMM_EVENTS="$lib_tmp/events" "$lib_tmp/prog" none
    contains "$1/events, coverage" "$lib_tmp/events" \
        '"event":"exit".*,"sample":\{"ns":[0-9]+,"burst_ns":[0-9]+,"bursts":[0-9]+,"accesses":[0-9]+,"sampled":[0-9]+\}\}$'
    valid "$1/events" "$lib_tmp/events"
    rm -f "$lib_tmp/events"
}

# The cases of test/hb that must give no report give none; of those that must, some give fewer.
rules() {
    local o
    (cd "$GOMM_ROOT/test/hb" && "$GOMM" test "-gomm.patch=$2" -c -o "$lib_tmp/hb.test" .) || return
    for o in 50%,burst=20us 10%,burst=10us; do
        (cd "$GOMM_ROOT/test/hb" && GORACE="log_path=$lib_tmp/reports" GOMM=sample=$o "$lib_tmp/hb.test" -test.v) >"$lib_tmp/out" 2>&1
        if grep -q '^not ok .*want 0' "$lib_tmp/out"; then
            notok "$1/rules, $o" "$(grep -m 1 '^not ok .*want 0' "$lib_tmp/out")"
        elif [ "$(grep -Ec '^(ok|not ok|skip) Test' "$lib_tmp/out")" -lt 500 ]; then
            notok "$1/rules, $o" "$(tail -n 3 "$lib_tmp/out")"
        else
            ok "$1/rules, $o"
        fi
    done
}

# The same of Go's race suite.
race_suite() {
    local suite=$(go env GOROOT)/src/runtime/race/testdata bad
    [ -d "$suite" ] || { skip "$1/race suite" "this Go comes without the suite"; return; }
    (cd "$suite" && "$GOMM" test "-gomm.patch=$2" -c -o "$lib_tmp/race.test" ./*_test.go) || return
    (cd "$lib_tmp" && GOMAXPROCS=1 GORACE='suppress_equal_stacks=0 suppress_equal_addresses=0 atexit_sleep_ms=0' \
        GOMM=sample=50%,burst=20us ./race.test -test.v) >"$lib_tmp/out" 2>&1
    awk -f "$GOMM_ROOT/test/conformance/race_cases.awk" "$lib_tmp/out" >"$lib_tmp/cases"
    bad=$(grep '^NoRace' "$lib_tmp/cases" | grep -c ' FAILED$')
    if [ "$bad" != 0 ]; then
        notok "$1/race suite" "$(grep '^NoRace' "$lib_tmp/cases" | grep -m 1 ' FAILED$')"
    elif [ "$(grep -c '^NoRace' "$lib_tmp/cases")" -lt 100 ]; then
        notok "$1/race suite" "$(tail -n 3 "$lib_tmp/out")"
    else
        ok "$1/race suite"
    fi
}

all() {
    local patch name
    for patch in on off; do
        name=$GO_VERSION/patch=$patch
        (cd "$GOMM_ROOT/test/sample/prog" && "$GOMM" build "-gomm.patch=$patch" -o "$lib_tmp/prog" .) || {
            notok "$name" "does not build"
            continue
        }
        [ $patch = off ] || options "$name"
        detects "$name"
        proportional "$name"
        silent "$name"
        rules "$name" $patch
        race_suite "$name" $patch
    done
}

for_each_go all
finish
