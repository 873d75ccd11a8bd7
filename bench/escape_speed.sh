#!/bin/bash
# escape_speed.sh [-rounds N] [-gomm]: the decisions for all of std, by gomm from source on one thread without a cache, and by
# the compiler on all processors (go build -a -gcflags=all=-m std), interleaved.  Result in build/bench/escape_speed.txt.
# -gomm: without go build; for a machine that has other work too, with BENCH_RUN="chrt -r 1" before each gomm.
. "$(dirname "$0")/lib.sh"
rounds=3
if [ "${1-}" = -rounds ]; then
    rounds=$2
    shift 2
fi
only=
if [ "${1-}" = -gomm ]; then
    only=1
    shift
fi
read -r -a before <<<"${BENCH_RUN-}"
gomm=("${before[@]}" "$GOMM")
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
run warm "${gomm[@]}" escape -m -j 1 std # reads the files once
for ((i = 0; i < rounds; i++)); do
    for ((k = 0; k < 3; k++)); do
        run gomm "${gomm[@]}" escape -m -j 1 std
        run gomm-l "${gomm[@]}" escape -m -l -j 1 std
        "${gomm[@]}" escape -m -j 1 -time std 2>&1 >/dev/null | tr '\n' ' ' >>"$tmp/phases"
        echo >>"$tmp/phases"
    done
    [ "$only" ] || run go go build -a -gcflags=all=-m std
done
lines=$(awk '/escape/ { for (i = 1; i <= NF; i++) if ($i == "escape") { print $(i + 3); exit } }' "$tmp/phases")

{
    echo "escape decisions of std: gomm from source, one thread, no cache; go build -a -gcflags=all=-m"
    echo
    echo "date      $(date -u '+%Y-%m-%d %H:%M +0000')"
    echo "machine   $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, $(uname -sr)"
    echo "go        $(go env GOVERSION); $("$GOMM" version | head -n 1)"
    echo "settings  $rounds rounds of 3 gomm, 3 gomm -l, 3 gomm -time, $([ "$only" ] && echo no || echo 1) go; ${BENCH_RUN:+$BENCH_RUN gomm; }load average $load before; $lines lines"
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
        if (wall["go"] != "") {
            row("go", "go build -a -gcflags=all=-m")
        }
        row("gomm", "gomm escape -m")
        row("gomm-l", "gomm escape -m -l")
        if (wall["go"] == "") {
            exit
        }
        printf "\ngomm is %.1f times faster by the clock, %.1f times by processor time\n",
            median(wall["go"]) / median(wall["gomm"]), median(cpu["go"]) / median(cpu["gomm"])
    }' "$tmp/times"
    # From parsing to decisions: what -time says, the median of the sums.
    awk '{ s = 0; for (i = 1; i <= NF; i++) if ($i ~ /^(parse|check|escape)$/ && $(i + 2) == "ms") s += $(i + 1); print s, $0 }' \
        "$tmp/phases" | sort -n | awk '{ v[NR] = $1 } END { printf "parse, check and escape: %.0f ms, at least %.0f\n", v[int((NR + 1) / 2)], v[1] }'
} | tee "$BENCH_OUT/escape_speed.txt"
