#!/bin/bash
# bench-doc.sh: puts the results of the last make bench-race into doc/performance.md, each between the lines
# "<!-- bench: FILE -->" and "<!-- end -->", and its pictures into doc/.  Environment: BENCH_OUT (build/bench).
cd "$(dirname "$0")/.." || exit 2
: "${BENCH_OUT:=build/bench}"
doc=doc/performance.md
for file in $(sed -n 's/^<!-- bench: \(.*\) -->$/\1/p' $doc); do
    [ -s "$BENCH_OUT/$file" ] || { echo "$0: no $BENCH_OUT/$file; run make bench-race first" >&2; exit 2; }
done
awk -v out="$BENCH_OUT" '
/^<!-- bench: .* -->$/ {
    print
    print "```"
    while ((getline line < (out "/" $3)) > 0)
        print line
    print "```"
    inside = 1
}
/^<!-- end -->$/ { inside = 0 }
!inside' $doc >$doc.new && mv $doc.new $doc || exit 1
for what in goroutines heap; do
    cp "$BENCH_OUT/race_growth_$what.svg" doc/growth-$what.svg || exit 1
done
