#!/bin/bash
# bench-doc.sh: puts the results of the last make bench-race into doc/performance.md, and of bench/race_sample.sh into
# doc/sampling.md and bench/share_overhead.sh into doc/cache-lines.md if there are some, each between the lines "<!-- bench: FILE -->" and "<!-- end -->", and pictures into
# doc/.  Environment: BENCH_OUT (build/bench).
cd "$(dirname "$0")/.." || exit 2
: "${BENCH_OUT:=build/bench}"

names() { # document: the files that it shows
    sed -n 's/^<!-- bench: \(.*\) -->$/\1/p' "$1"
}

put() { # document
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
    !inside' "$1" >"$1.new" && mv "$1.new" "$1" || exit 1
}

for doc in doc/sampling.md doc/cache-lines.md; do
    if [ -s "$BENCH_OUT/$(names $doc)" ]; then
        put $doc
    fi
done
doc=doc/performance.md
for file in $(names $doc); do
    [ -s "$BENCH_OUT/$file" ] || { echo "$0: no $BENCH_OUT/$file; run make bench-race first" >&2; exit 2; }
done
put $doc
for what in goroutines heap; do
    cp "$BENCH_OUT/race_growth_$what.svg" doc/growth-$what.svg || exit 1
done
