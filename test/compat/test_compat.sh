#!/bin/sh
# What the stock race detector's users rely on: the same programs under both runtimes must print, end and
# exit alike.  Output is compared after normalise.awk (addresses, goroutine numbers, times).
#
# Environment: GOMM (binary under test), GOMM_ROOT (checkout), GOMM_GO and GOMM_GO119 (go commands).
# COMPAT_LONG=1 adds what rebuilds the standard library or takes minutes (make test-long).
# COMPAT_ONLY="shapes gorace …" runs only these parts.
# Output: lines "ok NAME", "not ok NAME: why", "skip NAME: why".
set -u

: "${GOMM_ROOT:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${GOMM:=$GOMM_ROOT/build/gomm}"
: "${GOMM_GO:=$(command -v go)}"
: "${GOMM_GO119:=/usr/lib/go-1.19/bin/go}"

here=$GOMM_ROOT/test/compat
tmp=$(mktemp -d "${TMPDIR:-/tmp}/gomm-compat.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
unset GORACE GOMM_EVENTS GODEBUG GOMAXPROCS
failures=0

ok() { echo "ok $1"; }
skip() { echo "skip $1: $2"; }
not_ok() {
    echo "not ok $1: $2"
    failures=$((failures + 1))
}

normal() { sed "s#$bin/\(stock\|gomm\)/#BIN/#g" | awk -f "$here/normalise.awk"; }

# seconds of patience for one program
: "${COMPAT_TIMEOUT:=60}"

# both COMMAND…: runs COMMAND with the directory of each runtime's binaries as $D; leaves
# $tmp/RUNTIME.{out,err,rc}.  Commands are strings for the shell.
both() {
    for which in stock gomm; do
        rm -rf "$tmp/work"
        mkdir "$tmp/work"
        (cd "$tmp/work" && D=$bin/$which W=$which timeout "$COMPAT_TIMEOUT" sh -c "$*") \
            >"$tmp/$which.out" 2>"$tmp/$which.err" </dev/null
        echo $? >"$tmp/$which.rc"
        rm -rf "$tmp/$which.work"
        mv "$tmp/work" "$tmp/$which.work"
    done
}

# difference FILE-SUFFIX…: the first difference between the two runs, nothing if there is none.
difference() {
    for suffix in "$@"; do
        normal <"$tmp/stock.$suffix" >"$tmp/a"
        awk -f "$here/places.awk" "$tmp/gomm.$suffix" | normal >"$tmp/b"
        if ! cmp -s "$tmp/a" "$tmp/b"; then
            echo "$suffix: $(diff "$tmp/a" "$tmp/b" | grep '^[<>]' | head -n 2 | tr '\n' ' ') (< stock, > gomm)"
            return
        fi
    done
}

# keep NAME: with COMPAT_KEEP, what the two runs printed.
keep() {
    [ -n "${COMPAT_KEEP-}" ] || return 0
    k=$COMPAT_KEEP/$(echo "$1" | tr ' /' '__')
    mkdir -p "$k"
    cp "$tmp"/stock.out "$tmp"/stock.err "$tmp"/stock.rc "$tmp"/gomm.out "$tmp"/gomm.err "$tmp"/gomm.rc "$k"
}

# alike NAME COMMAND…: the same output and exit status.
alike() {
    name="$v $1"
    shift
    both "$@"
    d=$(difference rc out err)
    if [ -z "$d" ]; then
        ok "$name"
    else
        not_ok "$name" "$d"
        keep "$name"
    fi
}

# refused NAME PARTS COMMAND…: gomm says what is wrong in its own words, and the program does not run; PARTS of
# "rc out" are as stock's.
refused() {
    name="$v $1"
    suffixes=$2
    shift 2
    both "$@"
    d=$(difference $suffixes)
    if [ -n "$d" ]; then
        not_ok "$name" "$d"
    elif ! grep -q '^gomm: ' "$tmp/gomm.err"; then
        not_ok "$name" "no message of gomm's: $(head -n 1 "$tmp/gomm.err")"
    elif [ "$(cat "$tmp/gomm.rc")" = 0 ]; then
        not_ok "$name" "status 0 though the program did not run"
    else
        ok "$name"
    fi
}

# races NAME COMMAND…: as alike, and stock did find something: the comparison is not of two silences.
races() {
    name="$v $1"
    shift
    both "$@"
    d=$(difference rc out err)
    if [ -n "$d" ]; then
        not_ok "$name" "$d"
        keep "$name"
    elif ! cat "$tmp/stock.out" "$tmp/stock.err" | grep -q 'DATA RACE'; then
        not_ok "$name" "the stock runtime reports nothing, so this shows nothing"
    else
        ok "$name"
    fi
}

# reported NAME COMMAND…: the same exit status, and each of stock's reports is among gomm's, word for word.
# More than stock's are allowed here: stock stops at one report for an address.
reported() {
    name="$v report: $1"
    shift
    both "$@"
    for which in stock gomm; do
        awk -f "$here/blocks.awk" "$tmp/$which.err" | sort -u >"$tmp/$which.blocks"
    done
    missing=$(comm -23 "$tmp/stock.blocks" "$tmp/gomm.blocks" | head -n 1)
    d=$(difference rc out)
    more=$(comm -13 "$tmp/stock.blocks" "$tmp/gomm.blocks" | wc -l)
    if [ ! -s "$tmp/stock.blocks" ]; then
        not_ok "$name" "the stock runtime reports nothing, so this shows nothing"
    elif [ -n "$missing" ]; then
        not_ok "$name" "not among $((more)) others: $missing"
        keep "$name"
    elif [ -n "$d" ]; then
        not_ok "$name" "$d"
    elif [ "$more" -gt 4 ]; then
        not_ok "$name" "$more reports more than stock's"
        keep "$name"
    elif [ "$more" -gt 0 ]; then
        ok "$name, and $more more"
    else
        ok "$name"
    fi
}

quick='GORACE=atexit_sleep_ms=0'

part_shapes() {
    for shape in $("$bin/stock/shapes" -list); do
        case $shape in
        after-recover | after-rethrow)
            # Stock's stacks are wrong here: functions that a panic left stay in them for ever.
            GORACE=atexit_sleep_ms=0 "$bin/gomm/shapes" $shape >"$tmp/out" 2>&1
            rc=$?
            if [ $rc = 66 ] && ! grep -q 'main.unwind' "$tmp/out"; then
                ok "$v report: $shape, without the functions that were left"
            else
                not_ok "$v report: $shape" "status $rc, $(grep -c 'main.unwind' "$tmp/out") frames of functions that were left"
            fi
            ;;
        *) reported "$shape" "$quick \$D/shapes $shape" ;;
        esac
    done
}

# The runtime's options.  Files that a run writes are shown with their names, the pid being PID.
part_gorace() {
    races "GORACE unset" '$D/exits return'
    races "GORACE empty" 'GORACE= $D/exits return'
    for n in 0 1 5 66 255 256 -1; do
        races "GORACE exitcode=$n" "GORACE='atexit_sleep_ms=0 exitcode=$n' \$D/exits return"
    done
    alike "GORACE exitcode=5 and no race" "GORACE='exitcode=5' \$D/exits none"
    show='for f in *; do echo "$f:" | sed "s/\.[0-9]*:/.PID:/"; cat "$f"; done'
    races "GORACE log_path" "GORACE='atexit_sleep_ms=0 log_path=race.log' \$D/exits return; echo \$?; $show"
    races "GORACE log_path in a directory" "mkdir d; GORACE=\"atexit_sleep_ms=0 log_path=\$PWD/d/x\" \$D/exits return; echo \$?; cd d; $show"
    races "GORACE log_path=stdout" "GORACE='atexit_sleep_ms=0 log_path=stdout' \$D/exits return"
    races "GORACE log_path=stderr" "GORACE='atexit_sleep_ms=0 log_path=stderr' \$D/exits return"
    races "GORACE log_path in directories that are missing" "GORACE='atexit_sleep_ms=0 log_path=a/b//x' \$D/exits return; echo \$?; cd a/b; $show"
    # Below a regular file: there not even root can make one.  Stock then ends the program with the status for
    # races; gomm lets it go on and reports where people look.
    both ">file; GORACE='atexit_sleep_ms=0 log_path=file/x' \$D/exits return"
    d=$(difference rc)
    if [ -z "$d" ] && grep -q '^gomm: cannot open GORACE log_path file/x\.' "$tmp/gomm.err" && grep -q 'DATA RACE' "$tmp/gomm.err"; then
        ok "$v GORACE log_path that cannot be opened"
    else
        not_ok "$v GORACE log_path that cannot be opened" "$d $(head -n 1 "$tmp/gomm.err")"
    fi
    races "GORACE strip_path_prefix" "GORACE='atexit_sleep_ms=0 strip_path_prefix=$GOMM_ROOT/test/' \$D/exits return"
    races "GORACE strip_path_prefix that does not match" "GORACE='atexit_sleep_ms=0 strip_path_prefix=/nowhere/' \$D/exits return"
    races "GORACE halt_on_error=1" "GORACE='atexit_sleep_ms=0 halt_on_error=1' \$D/exits return"
    races "GORACE halt_on_error=1 exitcode=9" "GORACE='atexit_sleep_ms=0 halt_on_error=1 exitcode=9' \$D/exits exit 3"
    races "GORACE halt_on_error=true" "GORACE='atexit_sleep_ms=0 halt_on_error=true' \$D/exits many 3"
    for h in 0 1 7; do
        races "GORACE history_size=$h" "GORACE='atexit_sleep_ms=0 history_size=$h' \$D/exits return"
    done
    alike "GORACE history_size=8" "GORACE='atexit_sleep_ms=0 history_size=8' \$D/exits return"
    races "GORACE several options" "GORACE='exitcode=7 atexit_sleep_ms=0 log_path=stdout halt_on_error=0' \$D/exits return"
    races "GORACE separators" "GORACE='exitcode=7:atexit_sleep_ms=0,history_size=2
log_path=stdout	halt_on_error=0' \$D/exits return"
    races "GORACE quoted value" "GORACE='log_path=\"stdout\" atexit_sleep_ms=0' \$D/exits return"
    races "GORACE suppress_equal_stacks=0" "GORACE='atexit_sleep_ms=0 suppress_equal_stacks=0' \$D/shapes same-pair-twice"
    races "GORACE suppress_equal_addresses=0" "GORACE='atexit_sleep_ms=0 suppress_equal_addresses=0' \$D/shapes same-pair-twice"
    races "GORACE both suppressions off" "GORACE='atexit_sleep_ms=0 suppress_equal_stacks=0 suppress_equal_addresses=0' \$D/shapes same-pair-twice"
    alike "GORACE suppressions" "printf 'race:main.writeGlobal\n' >s; GORACE='atexit_sleep_ms=0 suppressions=s' \$D/shapes once"
    alike "GORACE suppressions with a pattern" "printf '# comment\n\nrace:^main.write*\n' >s; GORACE='atexit_sleep_ms=0 suppressions=s' \$D/shapes once"
    races "GORACE suppressions that do not match" "printf 'race:other.function\n' >s; GORACE='atexit_sleep_ms=0 suppressions=s' \$D/shapes once"
    refused "GORACE suppressions file missing" "rc out" "GORACE='atexit_sleep_ms=0 suppressions=nowhere' \$D/shapes once"
    alike "GORACE unknown option" "GORACE='atexit_sleep_ms=0 no_such_option=1' \$D/exits return"
    refused "GORACE word without =" "rc out" "GORACE='atexit_sleep_ms=0 nonsense' \$D/exits return"
    # stock takes x for 0 first, and so ends with status 0
    refused "GORACE option that is not a number" out "GORACE='atexit_sleep_ms=0 exitcode=x' \$D/exits return"
    refused "GORACE option that is not a bool" "rc out" "GORACE='atexit_sleep_ms=0 halt_on_error=maybe' \$D/exits return"

    # The sleep at exit, in which other goroutines may still race: on by default, 1 s.
    # (Go 1.19's runtime never sleeps, gomm does.)
    for ms in 0 1200; do
        for which in stock gomm; do
            start=$(date +%s%N)
            GORACE=atexit_sleep_ms=$ms "$bin/$which/shapes" write-write >/dev/null 2>&1
            eval "$which=$((($(date +%s%N) - start) / 1000000))"
        done
        if [ $gomm -ge $ms ] && [ $gomm -lt $((ms + 1000)) ]; then
            ok "$v GORACE atexit_sleep_ms=$ms: $gomm ms, stock $stock ms"
        else
            not_ok "$v GORACE atexit_sleep_ms=$ms" "the program took $gomm ms, with stock $stock ms"
        fi
    done
}

part_exits() {
    races "exit: return" "$quick \$D/exits return"
    alike "exit: return, no race" "$quick \$D/exits none"
    for n in 0 1 3 66 255; do
        races "exit: os.Exit($n)" "$quick \$D/exits exit $n"
        races "exit: os.Exit($n) in a goroutine" "$quick \$D/exits goroutine-exit $n"
    done
    for how in panic fatal goroutine-panic nil; do
        races "exit: $how" "$quick \$D/exits $how 2>err; rc=\$?; grep -v -E '^(goroutine|\[signal|	|main\.|created by|runtime\.|exit status|\$)|^\[' err >&2; exit \$rc"
    done
    alike "exit: stack overflow" "$quick \$D/exits stack 2>err; rc=\$?; grep -E 'DATA RACE|stack exceeds|stack overflow|Found' err >&2; exit \$rc"
    for n in 15 9 1; do
        races "exit: signal $n" "$quick \$D/exits signal $n"
    done
    alike "exit: signal 3" "$quick \$D/exits signal 3 2>err; rc=\$?; grep -E 'DATA RACE|SIGQUIT' err >&2; exit \$rc"
    races "exit: 40 races" "$quick \$D/exits many 40"
    races "exit: stderr closed" "$quick \$D/exits return 2>&-; echo \$?; GORACE='atexit_sleep_ms=0 log_path=stdout' \$D/exits return 2>&-"
}

# What ends as without a detector, compared with stock all the same.
part_behave() {
    for t in $("$bin/stock/behave" -list); do
        case $t in
        blocked | running | one-after-another) arg=20000 ;;
        deep-recursion) arg=200000 ;;
        *) arg= ;;
        esac
        alike "behaviour: $t" "$quick \$D/behave $t $arg"
    done
    for p in 1 3 64; do
        alike "behaviour: running with GOMAXPROCS=$p" "GOMAXPROCS=$p $quick \$D/behave running 5000"
        races "report with GOMAXPROCS=$p" "GOMAXPROCS=$p $quick \$D/shapes nested-creation"
    done
    for d in gctrace=1 schedtrace=50 clobberfree=1 asyncpreemptoff=1 gccheckmark=1 invalidptr=1 gcstoptheworld=1 efence=1 madvdontneed=1 cgocheck=1 inittrace=1 tracebackancestors=5; do
        alike "GODEBUG=$d" "GODEBUG=$d $quick \$D/behave reuse 15 2>err; rc=\$?; grep -v -E '^(gc |SCHED|init |scvg)' err >&2; exit \$rc"
    done
    races "GODEBUG=clobberfree=1,gcstoptheworld=1 with a race" "GODEBUG=clobberfree=1,gcstoptheworld=1 $quick \$D/shapes stack-growth"
    alike "GOGC=1" "GOGC=1 $quick \$D/behave reuse 4"
    alike "GOGC=off" "GOGC=off $quick \$D/behave reuse 20"
    [ "$v" = go1.19.8 ] || alike "GOMEMLIMIT" "GOMEMLIMIT=20MiB $quick \$D/behave reuse 10"
    alike "closed stdin, stdout and stderr" "$quick \$D/behave reuse 3 <&- >&- 2>&-"
    alike "few file descriptors" "ulimit -n 20; $quick \$D/behave goexit"
    alike "empty environment" "env -i \$D/behave goexit"
    alike "another directory" "cd /; $quick \$D/behave goexit"

    # The price of many goroutines and of recursion, beside stock's: shown, not asserted.
    [ -n "${COMPAT_LONG-}" ] || return 0
    for t in "blocked 100000" "running 100000" "one-after-another 100000" "deep-recursion 1000000" "sparse"; do
        line=
        for which in stock gomm; do
            # shellcheck disable=SC2086
            line="$line $which $(GORACE=atexit_sleep_ms=0 "$tmp/rusage" "$bin/$which/behave" $t 2>&1 | tail -n 1)"
        done
        case $line in
        *stock*exit\ 0*gomm*exit\ 0*) ok "$v cost of $t:$line" ;;
        *) not_ok "$v cost of $t" "$line" ;;
        esac
    done
}

part_cgo() {
    if ! [ -x "$bin/stock/cprog" ]; then
        skip "$v cgo" "the program does not build with the stock detector"
        return
    fi
    for t in callback-race thread-race malloc-race threads threads-come-and-go memory go-memory stdio stdio-exit stdio-exit-5 atexit; do
        alike "cgo: $t" "$quick \$D/cprog $t"
    done
    for t in thread-main-race atexit-race atexit-thread-race; do
        races "cgo: $t" "$quick \$D/cprog $t"
    done
}

# tested NAME ENVIRONMENT ARGS…: go test in the module under both runtimes, the same output and status.
tested() {
    name="$v go test $1"
    shift
    envs=$1
    shift
    for which in stock gomm; do
        if [ $which = gomm ]; then command="$GOMM test"; else command="$go test -race"; fi
        # shellcheck disable=SC2086
        (cd "$here" && env $envs GORACE=atexit_sleep_ms=0 PATH="$(dirname "$go"):$PATH" timeout 300 \
            nice $command "$@") >"$tmp/$which.out" 2>"$tmp/$which.err" </dev/null
        echo $? >"$tmp/$which.rc"
        # -json: the text in it, and the lines without text.  Then benchmark figures and times.
        sed -i -E 's/^\{"Time":"[^"]*",(.*)\}$/{\1}/; s/^\{.*"Output":"(.*)"(,"OutputType":"[a-z]*")?\}$/\1/; s/\\n$//; s/\\t/\t/g' "$tmp/$which.out"
        sed -i -E 's/^(Benchmark[^ 	]*)[ 	].*ns\/op.*/\1 FIGURES/; s/elapsed: [0-9]+s/elapsed: N/; s/execs: [0-9]+ \([0-9]+\/sec\)/execs: N/; s/\(total: [0-9]+\)/(total: N)/; s/new interesting: [0-9]+/new interesting: N/; s/"Elapsed":[0-9.]*/"Elapsed":0/; s/gathering baseline coverage: [0-9]+\/[0-9]+/baseline N/' "$tmp/$which.out"
    done
    d=$(difference rc out err)
    if [ -z "$d" ]; then ok "$name"; else
        not_ok "$name" "$d"
        keep "$name"
    fi
}

part_testing() {
    tested "-v" A=1 -v -count=1 -run='Racy|Clean|Subtests|Cleanup|RaceErrors|Example' ./tests
    if ! grep -q 'race detected during execution of test' "$tmp/gomm.out"; then
        not_ok "$v go test marks a racy test as failed" "$(head -n 3 "$tmp/gomm.out")"
    else
        ok "$v go test marks a racy test as failed"
    fi
    tested "that passes" A=1 -count=1 -run=TestClean ./tests
    tested "-run and -count" A=1 -count=2 -run='Racy|Clean' -v ./tests
    tested "-skip or -short" A=1 -count=1 -short -run='TestSubtests/clean' -v ./tests
    tested "parallel subtests" A=1 -count=1 -run=Parallel ./tests
    tested "-failfast" A=1 -count=1 -failfast ./tests
    tested "-cpu" A=1 -count=1 -cpu=1,3 -run=TestRacy -v ./tests
    tested "-json" A=1 -count=1 -json -run='Racy|Clean' ./tests
    tested "-cover" A=1 -count=1 -cover -run='Racy|Clean' ./tests
    tested "-list" A=1 -list=. ./tests
    tested "a test that fails by itself" COMPAT_FATAL=1 -count=1 -run=Fatal ./tests
    tested "os.Exit in a test" COMPAT_EXIT=1 -count=1 -run=Exit ./tests
    tested "-bench" A=1 -run='^$' -bench='Clean|Parallel' -benchtime=100x ./tests
    tested "-bench with a race" A=1 -run='^$' -bench=Racy -benchtime=3x ./tests
    tested "-vet=off -timeout" A=1 -count=1 -vet=off -timeout=1m -run=TestClean ./tests
    tested "a pattern of several packages" A=1 -count=1 -run='Clean|None' ./tests ./fuzzing
    tested "a package that does not compile" A=1 -count=1 -tags=nonsense ./nonsense

    # Fuzzing compiles the standard library in a way of its own.
    [ -n "${COMPAT_LONG-}" ] || return 0
    tested "-fuzz" A=1 -run='^$' -fuzz=FuzzClean -fuzztime=20x ./fuzzing

    # A corpus entry that races; the fuzzer must fail and write it down as it does under stock.
    for which in stock gomm; do
        if [ $which = gomm ]; then command="$GOMM test"; else command="$go test -race"; fi
        mkdir -p "$tmp/fuzz.$which/quiet" "$tmp/fuzz.$which/fuzzing"
        cp "$here/go.mod" "$tmp/fuzz.$which"
        cp "$here/quiet/quiet.go" "$tmp/fuzz.$which/quiet"
        cp "$here/fuzzing/fuzz_test.go" "$tmp/fuzz.$which/fuzzing"
        # shellcheck disable=SC2086
        (cd "$tmp/fuzz.$which" && PATH="$(dirname "$go"):$PATH" GORACE=atexit_sleep_ms=0 timeout 120 nice $command \
            -run='^$' -fuzz=FuzzRacy -fuzztime=2000x ./fuzzing) >"$tmp/$which.out" 2>&1 </dev/null
        eval "${which}_rc=\$?"
        eval "${which}_seen=\$(grep -c 'race detected during execution of test' \"\$tmp/\$which.out\")"
        eval "${which}_files=\$(ls \"\$tmp/fuzz.\$which/fuzzing/testdata/fuzz/FuzzRacy\" 2>/dev/null | wc -l)"
    done
    if [ "$gomm_rc $gomm_files" = "1 1" ] && [ "$gomm_seen" -gt 0 ]; then
        ok "$v go test -fuzz finds the racy input (stock: status $stock_rc, $stock_files inputs)"
    else
        not_ok "$v go test -fuzz finds the racy input" "status $gomm_rc, $gomm_files inputs; stock: status $stock_rc, $stock_files inputs"
    fi
}

# Binaries that are made one way and run another: without gomm, and linked differently.
part_binaries() {
    for which in stock gomm; do
        if [ $which = gomm ]; then command=$GOMM; else command="$go"; fi
        flag=$([ $which = stock ] && echo -race)
        # shellcheck disable=SC2086
        (cd "$here" && PATH="$(dirname "$go"):$PATH" && export PATH &&
            nice $command test $flag -c -o "$bin/$which/tests.test" ./tests &&
            nice $command build $flag -ldflags=-linkmode=external -o "$bin/$which/external" ./exits &&
            nice $command build $flag '-ldflags=-s -w' -o "$bin/$which/stripped" ./exits &&
            nice $command build $flag -trimpath -gcflags=-N -o "$bin/$which/slow" ./exits &&
            nice $command build $flag '-gcflags=-N -l' -o "$bin/$which/shapes-Nl" ./shapes
        ) >"$tmp/$which.build" 2>&1 || {
            not_ok "$v builds" "$which: $(head -n 2 "$tmp/$which.build" | tr '\n' ' ')"
            return
        }
    done
    clean='env -i PATH=/usr/bin:/bin GORACE=atexit_sleep_ms=0'
    races "-c binary, run alone" "$clean \$D/tests.test -test.v -test.run=Racy"
    races "linked externally" "$clean \$D/external return"
    races "stripped" "$clean \$D/stripped return"
    races "-gcflags=-N -trimpath" "$clean \$D/slow return"
    for shape in inlined recursion stack-growth append copy interface-wrapper narrow string-variable map-range; do
        reported "-gcflags='-N -l': $shape" "$quick \$D/shapes-Nl $shape"
    done
    # go run gives the program's output, and 1 for any failure.
    for which in stock gomm; do
        if [ $which = gomm ]; then command="$GOMM run"; else command="$go run -race"; fi
        # shellcheck disable=SC2086
        (cd "$here" && PATH="$(dirname "$go"):$PATH" GORACE=atexit_sleep_ms=0 $command ./exits return) \
            >"$tmp/$which.out" 2>"$tmp/$which.err" </dev/null
        echo $? >"$tmp/$which.rc"
    done
    d=$(difference rc out err)
    if [ -z "$d" ]; then ok "$v go run"; else not_ok "$v go run" "$d"; fi

    [ -n "${COMPAT_LONG-}" ] || return 0
    long_build "-buildmode=pie" -buildmode=pie
    long_build "-gcflags=all=-N -l" "-gcflags=all=-N -l"
    long_build "GOAMD64=v3" GOAMD64=v3
    long_build "GOEXPERIMENT=nogreenteagc" GOEXPERIMENT=nogreenteagc
    long_build "GOEXPERIMENT=noregabi" GOEXPERIMENT=noregabi
}

# A race between a plugin and the program that loads it.
part_plugins() {
    [ -n "${COMPAT_LONG-}" ] || return 0
    for which in stock gomm; do
        if [ $which = gomm ]; then command=$GOMM; else command="$go"; fi
        flag=$([ $which = stock ] && echo -race)
        # shellcheck disable=SC2086
        (cd "$here" && export PATH="$(dirname "$go"):$PATH" &&
            nice "$command" build $flag -o "$bin/$which/host" ./host &&
            nice "$command" build $flag -buildmode=plugin -o "$bin/$which/plug.so" ./plug) >"$tmp/$which.build" 2>&1 || {
            if [ $which = stock ]; then
                skip "$v plugin" "the stock detector does not build it: $(head -n 1 "$tmp/stock.build")"
            else
                not_ok "$v plugin" "$(head -n 2 "$tmp/gomm.build" | tr '\n' ' ')"
            fi
            return
        }
    done
    reported "-buildmode=plugin" "$quick \$D/host \$D/plug.so"
}

# long_build NAME FLAG-OR-VARIABLE: the shapes, built in a way that compiles the standard library anew.
long_build() {
    how=$1
    for which in stock gomm; do
        if [ $which = gomm ]; then command=$GOMM; else command="$go"; fi
        flag=$([ $which = stock ] && echo -race)
        case $2 in
        -*) variable=UNUSED=1 option=$2 ;;
        *) variable=$2 option=-v=0 ;;
        esac
        (cd "$here" && export PATH="$(dirname "$go"):$PATH" &&
            env "$variable" nice "$command" build $flag "$option" -o "$bin/$which/long" ./shapes) >"$tmp/$which.build" 2>&1
        eval "$which=\$?"
    done
    # shellcheck disable=SC2154
    if [ "$stock" != 0 ]; then
        skip "$v $how" "the stock detector does not build it: $(head -n 1 "$tmp/stock.build")"
    elif [ "$gomm" != 0 ]; then
        not_ok "$v $how" "$(head -n 2 "$tmp/gomm.build")"
    else
        for shape in global recursion append struct-copy narrow atomic-first interface-variable timer; do
            reported "$how: $shape" "$quick \$D/long $shape"
        done
    fi
}

# Too little memory: the program's own result or a clear message, never a quiet wrong answer.
part_limits() {
    if ! command -v prlimit >/dev/null; then
        skip "$v memory limits" "no prlimit"
        return
    fi
    for limit in 100000000 300000000 1000000000 4000000000 16000000000; do
        for t in "exits return" "behave running 20000" "behave reuse 30"; do
            # shellcheck disable=SC2086
            (cd "$tmp" && GORACE=atexit_sleep_ms=0 timeout 60 prlimit --as=$limit "$bin/gomm/"$t) >"$tmp/gomm.out" 2>"$tmp/gomm.err" </dev/null
            rc=$?
            name="$v $((limit / 1000000)) MB of address space: $t"
            message=$(grep -m 1 -i -E 'memory|mmap|address space|pthread_create failed' "$tmp/gomm.err" | cut -c 1-120)
            case "$t $rc" in
            "exits return 66") ok "$name: its race is found" ;;
            "behave "*" 0") ok "$name: runs" ;;
            *" 124") not_ok "$name" "hangs" ;;
            *" 0") not_ok "$name" "quietly wrong" ;;
            *" 139" | *" 132" | *" 134") not_ok "$name" "dies of a signal, status $rc: $message" ;;
            *) if [ -n "$message" ]; then ok "$name: status $rc, $message"; else
                not_ok "$name" "status $rc without a message: $(head -n 1 "$tmp/gomm.err")"
            fi ;;
            esac
        done
    done
}

"$GOMM_GO" version >/dev/null 2>&1 || {
    echo "skip compatibility: no go command at $GOMM_GO"
    exit 0
}
cat >"$tmp/rusage.go" <<'X'
package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

func main() {
	start := time.Now()
	c := exec.Command(os.Args[1], os.Args[2:]...)
	err := c.Run()
	u := c.ProcessState.SysUsage().(*syscall.Rusage)
	fmt.Printf("exit %d %.2f s %d MB", c.ProcessState.ExitCode(), time.Since(start).Seconds(), u.Maxrss>>10)
	if err != nil {
		os.Exit(1)
	}
}
X
[ -z "${COMPAT_LONG-}" ] || "$GOMM_GO" build -o "$tmp/rusage" "$tmp/rusage.go" || exit 1

for go in "$GOMM_GO" "$GOMM_GO119"; do
    if ! "$go" version >/dev/null 2>&1; then
        skip "compatibility with $go" "not installed"
        continue
    fi
    v=$("$go" env GOVERSION)
    [ -d "$tmp/$v" ] && continue # both names are the same Go
    bin=$tmp/$v
    mkdir -p "$bin/gomm" "$bin/stock"
    if ! (cd "$here" && PATH=$(dirname "$go"):$PATH && export PATH &&
        "$GOMM" build -o "$bin/gomm/" ./shapes ./exits ./behave && "$go" build -race -o "$bin/stock/" ./shapes ./exits ./behave) \
        >"$tmp/build" 2>&1; then
        not_ok "$v build" "$(head -n 3 "$tmp/build" | tr '\n' ' ')"
        continue
    fi
    if (cd "$here" && "$go" build -race -o "$bin/stock/" ./cprog) >/dev/null 2>&1 &&
        ! (cd "$here" && PATH=$(dirname "$go"):$PATH "$GOMM" build -o "$bin/gomm/" ./cprog) >"$tmp/build" 2>&1; then
        not_ok "$v cgo build" "$(head -n 3 "$tmp/build" | tr '\n' ' ')"
    fi
    parts="shapes gorace exits behave cgo testing binaries plugins limits"
    for part in $parts; do
        case " ${COMPAT_ONLY-$parts} " in
        *" $part "*) part_$part ;;
        esac
    done
done
[ $failures = 0 ]
