#!/bin/bash
# race_steps.sh: instructions per operation of race-instrumented programs, with Go's stock race runtime and with gomm's, counted in
# single steps (bench/steps.c).  Result in build/bench/race_steps.txt; the same on a busy machine.
. "$(dirname "$0")/lib.sh"
command -v go >/dev/null || { echo "$0: no go on PATH" >&2; exit 2; }
steps=${GOMM%/gomm}/bench/steps
[ -x "$steps" ] || { echo "$0: no $steps; run make bench-programs first" >&2; exit 2; }
[ -x "$GOMM" ] || { echo "$0: no $GOMM; run make first" >&2; exit 2; }
bin=$BENCH_OUT/bin
mkdir -p "$bin" || exit 2

# What is counted: directory, benchmark, the function that it calls once in each operation, calls to leave out and to count.
list() {
    local std
    std=$(go env GOROOT)/src
    cat <<END
$GOMM_ROOT/bench/ops AtomicAdd sync/atomic.AddInt64 20000 50
$GOMM_ROOT/bench/ops MutexPair sync.(*Mutex).Lock 20000 50
$GOMM_ROOT/bench/ops Alloc32 runtime.newobject 20000 50
$GOMM_ROOT/bench/ops Copy4K runtime.memmove 20000 5
$std/fmt SprintfPadding fmt.Sprintf 200 10
$std/html/template EscapedExecute html/template.(*Template).Execute 100 1
$std/text/template/parse ListString text/template/parse.(*ListNode).String 50 1
END
}

# count VARIANT BUILD...: "all race" for the entry
count() {
    local variant=$1
    shift
    (cd "$dir" && "$@" -c -o "$bin/steps.$variant" .) >"$bin/steps.log" 2>&1 || { cat "$bin/steps.log" >&2; return 1; }
    # Go may take the goroutine to another thread, which stands still then.
    for ((try = 0; try < 4; try++)); do
        (cd "$dir" && GOGC=off GORACE=atexit_sleep_ms=0 timeout 60 "$steps" "$bin/steps.$variant" "$symbol" "$skip" "$calls" -test.run '^$' -test.bench "^Benchmark$bench\$" \
            -test.benchtime 100000x -test.cpu 1 2>"$bin/steps.log") && return
    done
    cat "$bin/steps.log" >&2
    return 1
}

{
    echo "instructions per operation: Go's stock race runtime and gomm's"
    echo
    echo "date      $(date -u '+%Y-%m-%d %H:%M +0000')"
    echo "machine   $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(uname -sr)"
    echo "go        $(go env GOVERSION)"
    echo "gomm      $("$GOMM" version | sed -n "1s/^gomm version //p"), rt/ of commit $(git -C "$GOMM_ROOT" log -1 --format=%h -- rt 2>/dev/null || echo unknown)"
    echo "settings  one CPU, no collection; the mean of 1 to 50 operations"
    echo
    printf '%-34s%10s%10s%10s%10s%10s\n' operation plain stock gomm "gomm/" "in the"
    printf '%-34s%10s%10s%10s%10s%10s\n' "" "" "" "" stock "runtime"
    while read -r dir bench symbol skip calls; do
        plain=$(count plain go test 2>/dev/null) || plain= # the function may be no call there
        stock=$(count stock go test -race) || exit 1
        gomm=$(count gomm "$GOMM" test) || exit 1
        awk -v name="${dir##*/src/} $bench" -v plain="${plain%% *}" -v stock="$stock" -v gomm="$gomm" 'BEGIN {
            sub(/.*bench\//, "", name)
            split(stock, s)
            split(gomm, g)
            printf "%-34s%10s%10d%10d%10.2f%10.2f\n", name, plain == "" ? "-" : plain, s[1], g[1], g[1] / s[1], g[2] / s[2]
        }'
    done < <(list)
    echo
    echo "in the runtime: instructions of gomm's runtime by those of the stock one, hooks included"
} | tee "$BENCH_OUT/race_steps.txt"
exit "${PIPESTATUS[0]}"
