#!/bin/bash
# bench-race.sh [FLAGS]: gomm's race runtime beside the stock one, all of doc/performance.md in one run: benchmarks, suites,
# memory, growth.  The last lines are the bars: what was reached beside what was aimed at.  FLAGS go to all four.
# Environment: LONG=1 takes hours and makes the tables of the document; without it the four end in ten minutes, once what
# they measure has been built a first time.  See bench/lib.sh for the rest.
# Exit status: 0, 1 if one of them failed (or missed a bar, with -strict), 2 if one had no result.
: "${GOMM_ROOT:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${BENCH_OUT:=$GOMM_ROOT/build/bench}"
export GOMM_ROOT BENCH_OUT
trap 'exit 130' INT TERM

if [ "${LONG:-0}" != 0 ]; then
    speed="-rounds 10 -benchtime 100ms -patience 20m -limit 2h"
    suites="-rounds 5 -patience 20m -limit 3h"
    memory="-rounds 5 -patience 10m -limit 1h -soak 1"
    growth="-rounds 7 -patience 10m -limit 1h"
else
    speed="-rounds 5 -patience 20s -limit 150s"
    suites="-rounds 3 -patience 20s -limit 240s"
    memory="-rounds 3 -patience 10s -limit 60s -soak 0.05"
    growth="-rounds 3 -patience 10s -limit 70s"
fi

worst=0
files=()
for part in speed suites memory growth; do
    echo "== race_$part"
    file=$BENCH_OUT/race_$part.txt
    rm -f "$file"
    # shellcheck disable=SC2086
    "$GOMM_ROOT/bench/race_$part.sh" ${!part} "$@"
    status=$?
    [ $status -le 2 ] || exit $status
    [ $status -le $worst ] || worst=$status
    [ ! -e "$file" ] || files+=("$file")
    echo
done
[ ${#files[@]} -gt 0 ] || exit 2
echo "== bars"
sed -n -e '/^machine /p' -e '/^go  /p' -e '/^gomm  /p' "${files[0]}"
for file in "${files[@]}"; do
    echo
    basename "$file" .txt
    grep -E '^(bar|result:) ' "$file"
done
echo
echo "$(cat "${files[@]}" | grep -c '^bar .* pass$') bars reached, $(cat "${files[@]}" | grep -c '^bar .* MISS$') missed; tables in $BENCH_OUT/race_*.txt"
exit $worst
