#!/bin/bash
# parse_speed.sh [PAIRS]: src/syntax beside go/parser on all of std and cmd, one thread each, in turn.
#
# Each program reads all files first; a measurement is one pass over them.  go/parser keeps no comments and
# resolves no objects (parser.SkipObjectResolution), as we do neither.  Lines per second of processor time
# (the machine may be busy) and of wall time; the median of PAIRS runs, 10 if not given.  Peak memory of
# the whole process, texts included, when each tree dies with its file and when all are kept.
# Result in build/bench/parse_speed.txt.
. "$(dirname "$0")/lib.sh"
pairs=${1:-10}
mkdir -p "$BENCH_OUT/bin" || exit 2
lib=$(dirname "$GOMM")/libgomm.a
[ -e "$lib" ] || { echo "$0: no $lib; run make first" >&2; exit 2; }
"${CC:-cc}" -std=c17 -O2 -no-pie -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -I"$GOMM_ROOT/src" -o "$BENCH_OUT/bin/parse_speed" \
    "$GOMM_ROOT/bench/parse_speed.c" "$lib" -pthread -lm || exit 2
(cd "$GOMM_ROOT/bench" && go build -o "$BENCH_OUT/bin/goparse" ./goparse) || exit 2
list=$BENCH_OUT/parse_speed.list
find "$(go env GOROOT)/src/" -name '*.go' -not -path '*/testdata/*' | LC_ALL=C sort >"$list"

ours() { "$BENCH_OUT/bin/parse_speed" "$@" <"$list" 2>/dev/null; }
theirs() { "$BENCH_OUT/bin/goparse" "$@" <"$list"; }

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# Each run: two passes, of which the first warms up.
runs=$BENCH_OUT/parse_speed.runs
: >"$runs"
for i in $(seq "$pairs"); do
    for who in $([ $((i % 2)) = 0 ] && echo ours theirs || echo theirs ours); do
        $who 2 | sed -n 2p | sed "s/^/$who /" >>"$runs"
    done
done

{
    echo "machine   $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors, load $(cut -d ' ' -f 1-3 /proc/loadavg)"
    echo "Go        $(go env GOVERSION); gomm built by $(${CC:-cc} --version | head -n 1)"
    awk '{ print "input     " $2 " lines, " $3 " bytes, '"$(wc -l <"$list")"' files"; exit }' "$runs"
    printf '%-10s %12s %9s %12s %9s %9s %9s\n' '' 'lines/s cpu' 'MB/s cpu' 'lines/s wall' 'MB/s wall' 'peak MB' 'all kept'
    for who in ours theirs; do
        read -r lines bytes < <(awk -v w=$who '$1 == w { print $2, $3; exit }' "$runs")
        cpu=$(awk -v w=$who '$1 == w { print $5 }' "$runs" | median)
        wall=$(awk -v w=$who '$1 == w { print $4 }' "$runs" | median)
        peak=$($who 2 | sed -n 's/^peak //p')
        kept=$($who -keep 1 | sed -n 's/^peak //p')
        name=gomm
        [ $who = theirs ] && name=go/parser
        awk -v n="$name" -v l="$lines" -v b="$bytes" -v c="$cpu" -v w="$wall" -v p="$peak" -v k="$kept" 'BEGIN {
            printf "%-10s %12.0f %9.1f %12.0f %9.1f %9.0f %9.0f\n", n, l / c * 1e9, b / c * 1e3, l / w * 1e9, b / w * 1e3, p / 1024, k / 1024 }'
    done
    # The ratio of each pair of neighbours.
    awk '{ cpu[$1, ++n[$1]] = $5 } END { for (i = 1; i <= n["ours"]; i++) print cpu["theirs", i] / cpu["ours", i] }' "$runs" |
        sort -n | awk '{ v[NR] = $1 } END { printf "ratio     %.2f times go/parser (processor time, median of %d pairs, %.2f to %.2f)\n", v[int((NR + 1) / 2)], NR, v[1], v[NR] }'
} | tee "$BENCH_OUT/parse_speed.txt"
