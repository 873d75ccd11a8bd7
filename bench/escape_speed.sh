#!/bin/bash
# escape_speed.sh [-rounds N]: the decisions for all of std, by gomm from source on one thread without a cache, and by
# the compiler on all processors (go build -a -gcflags=all=-m std), interleaved.  Result in build/bench/escape_speed.txt.
. "$(dirname "$0")/lib.sh"
rounds=3
if [ "${1-}" = -rounds ]; then
    rounds=$2
    shift 2
fi
command -v go >/dev/null || { echo "$0: no go on PATH" >&2; exit 2; }
[ -x "$GOMM" ] || { echo "$0: no $GOMM; run make first" >&2; exit 2; }
mkdir -p "$BENCH_OUT" || exit 2
tmp=$(mktemp -d) || exit 2
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
export GOMM_CACHE=off GOCACHE=$tmp/cache
cd "$(go env GOROOT)/src" || exit 2

# run NAME COMMAND...: appends "NAME WALL CPU PEAK" (seconds, seconds, MB; the peak of the largest process).
run() {
    local name=$1
    shift
    command time -f '%e %U %S %M' -o "$tmp/time" "$@" >"$tmp/out" 2>"$tmp/err" || {
        echo "$0: $* failed" >&2
        tail -n 3 "$tmp/err" >&2
        exit 1
    }
    awk -v name="$name" '{ print name, $1, $2 + $3, $4 / 1024 }' "$tmp/time" >>"$tmp/times"
}
command -v time >/dev/null || { echo "$0: no time(1) on PATH; on Debian it is in the package time" >&2; exit 2; }
load=$(cut -d' ' -f1-3 /proc/loadavg)
run warm "$GOMM" escape -m -j 1 std # reads the files once
for ((i = 0; i < rounds; i++)); do
    for ((k = 0; k < 3; k++)); do
        run gomm "$GOMM" escape -m -j 1 std
        run gomm-l "$GOMM" escape -m -l -j 1 std
    done
    run go go build -a -gcflags=all=-m std
done
lines=$("$GOMM" escape -m -j 1 -time std 2>&1 >/dev/null | awk '$1 == "escape" { print $4 }')

{
    echo "escape decisions of std: gomm from source, one thread, no cache; go build -a -gcflags=all=-m"
    echo
    echo "date      $(date -u '+%Y-%m-%d %H:%M +0000')"
    echo "machine   $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, $(uname -sr)"
    echo "go        $(go env GOVERSION); $("$GOMM" version | head -n 1)"
    echo "settings  $rounds rounds of 3 gomm, 3 gomm -l, 1 go; load average $load before; $lines lines"
    echo
    awk '
    function median(s,  n, v, i, j, t) {
        n = split(s, v, " ")
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
        return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
    }
    { wall[$1] = wall[$1] " " $2; cpu[$1] = cpu[$1] " " $3; peak[$1] = peak[$1] " " $4 }
    function row(name, text) {
        printf "%-28s %10.2f %10.2f %10.0f\n", text, median(wall[name]), median(cpu[name]), median(peak[name])
    }
    END {
        printf "%-28s %10s %10s %10s\n", "medians", "wall, s", "cpu, s", "peak, MB"
        row("go", "go build -a -gcflags=all=-m")
        row("gomm", "gomm escape -m")
        row("gomm-l", "gomm escape -m -l")
        printf "\ngomm is %.1f times faster by the clock, %.1f times by processor time\n",
            median(wall["go"]) / median(wall["gomm"]), median(cpu["go"]) / median(cpu["gomm"])
    }' "$tmp/times"
} | tee "$BENCH_OUT/escape_speed.txt"
