#!/bin/bash
# race_pause.sh: for how long programs with large heaps stand still, without a race runtime, with Go's stock one and with gomm's (bench/pause), in turn.
# Result in build/bench/race_pause.txt.  ROUNDS (3), SECONDS_EACH (4), HEAPS ("16 256 1024", in MB; stock needs three times as much).
. "$(dirname "$0")/lib.sh"
: "${ROUNDS:=3}" "${SECONDS_EACH:=4}" "${HEAPS:=16 256 1024}"
command -v go >/dev/null || { echo "$0: no go on PATH" >&2; exit 2; }
[ -x "$GOMM" ] || { echo "$0: no $GOMM; run make first" >&2; exit 2; }
bin=$BENCH_OUT/bin
mkdir -p "$bin" || exit 2
cd "$GOMM_ROOT/bench" || exit 2
go build -buildvcs=false -o "$bin/pause.plain" ./pause || exit 1
go build -buildvcs=false -race -o "$bin/pause.stock" ./pause || exit 1
"$GOMM" build -buildvcs=false -race -o "$bin/pause.gomm" ./pause || exit 1

{
    echo "pauses of programs with large heaps: without a race runtime, with Go's stock one and with gomm's"
    echo
    echo "date      $(date -u '+%Y-%m-%d %H:%M +0000')"
    echo "machine   $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, $(uname -sr)"
    echo "go        $(go env GOVERSION)"
    echo "gomm      $("$GOMM" version | sed -n "1s/^gomm version //p"), rt/ of commit $(git -C "$GOMM_ROOT" log -1 --format=%h -- rt 2>/dev/null || echo unknown)"
    echo "settings  $ROUNDS rounds of $SECONDS_EACH s each; no collection; load average $(cut -d' ' -f1-3 /proc/loadavg) before"
    echo
    echo "two goroutines, each with a mutex of its own; one changes objects of the heap at random, the other looks at the clock"
    echo
    printf '%8s  %-8s%18s%28s%37s\n' "heap, MB" "" "changes/s, median" "longest pause, ms, by round" "in pauses of 10 ms or more, median"
    for mb in $HEAPS; do
        runs=$(
            for ((round = 0; round < ROUNDS; round++)); do
                for variant in plain stock gomm; do
                    line=$(GORACE=atexit_sleep_ms=0 timeout 300 "$bin/pause.$variant" "$mb" "$SECONDS_EACH") ||
                        { echo "$0: pause.$variant $mb failed" >&2; exit 1; }
                    echo "$variant $line"
                done
            done
        ) || exit 1
        awk -v mb="$mb" '
            { v = $1; n[v]++; change[v, n[v]] = $2; worst[v] = worst[v] " " $3; lost[v, n[v]] = $4 }
            function median(x, v,    i, j, t, c) {
                c = n[v]
                for (i = 1; i <= c; i++) for (j = i + 1; j <= c; j++) if (x[v, j] < x[v, i]) { t = x[v, i]; x[v, i] = x[v, j]; x[v, j] = t }
                return x[v, int((c + 1) / 2)]
            }
            END {
                split("plain stock gomm", all, " ")
                for (i = 1; i <= 3; i++)
                    printf "%8d  %-8s%18d%28s%36.1f%%\n", mb, all[i], median(change, all[i]), substr(worst[all[i]], 2), median(lost, all[i])
            }' <<<"$runs"
    done
} | tee "$BENCH_OUT/race_pause.txt"
exit "${PIPESTATUS[0]}"
