#!/bin/bash
# bench-doc.sh: puts results of benchmarks into the documents that show them: those of make bench-race and bench/race_steps.sh into
# doc/performance.md with its pictures, of bench/race_sample.sh into doc/sampling.md, of bench/share_overhead.sh into doc/cache-lines.md, of
# bench/race_floor.sh into doc/floor.md; each between the lines "<!-- bench: FILE -->" and "<!-- end -->".  Where there is no new result the
# old one stays.  Environment: BENCH_OUT (build/bench).
cd "$(dirname "$0")/.." || exit 2
: "${BENCH_OUT:=build/bench}"

names() { # document: the files that it shows
    sed -n 's/^<!-- bench: \(.*\) -->$/\1/p' "$1"
}

put() { # document
    awk -v out="$BENCH_OUT" '
    /^<!-- bench: .* -->$/ {
        print
        if ((getline line < (out "/" $3)) <= 0)
            next # what there was stays
        print "```"
        do print line; while ((getline line < (out "/" $3)) > 0)
        print "```"
        inside = 1
    }
    /^<!-- end -->$/ { inside = 0 }
    !inside' "$1" >"$1.new" && mv "$1.new" "$1" || exit 1
}

for doc in doc/sampling.md doc/cache-lines.md doc/floor.md; do
    for file in $(names $doc); do
        if [ -s "$BENCH_OUT/$file" ]; then
            put $doc
            break
        fi
    done
done
some=
for file in $(names doc/performance.md); do
    [ ! -s "$BENCH_OUT/$file" ] || some=1
done
[ "$some" ] || { echo "$0: no results in $BENCH_OUT; run make bench-race first" >&2; exit 2; }
put doc/performance.md
for what in goroutines heap; do
    [ ! -s "$BENCH_OUT/race_growth_$what.svg" ] || cp "$BENCH_OUT/race_growth_$what.svg" doc/growth-$what.svg || exit 1
done
