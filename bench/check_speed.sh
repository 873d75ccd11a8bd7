#!/bin/bash
# check_speed.sh [-rounds N] [PATTERN...]: parsing and type-checking packages (default: std) with gomm's front end and
# with go/parser and go/types, both on one thread, interleaved.  Result in build/bench/check_speed.txt.
. "$(dirname "$0")/lib.sh"
rounds=5
if [ "${1-}" = -rounds ]; then
    rounds=$2
    shift 2
fi
command -v go >/dev/null || { echo "$0: no go on PATH" >&2; exit 2; }
c=${GOMM%/gomm}/bench/check_speed
[ -x "$c" ] || { echo "$0: no $c; run make bench-programs first" >&2; exit 2; }
bin=$BENCH_OUT/bin
mkdir -p "$bin" || exit 2
(cd "$GOMM_ROOT/bench" && go build -buildvcs=false -o "$bin/" ./gocheck ./golist) || exit 2
"$bin/golist" "${@:-std}" >"$bin/list" || exit 2

# run NAME PROGRAM: appends "NAME LINES PARSE CHECK CPU PEAK".
run() {
    "$2" <"$bin/list" >"$bin/out" || exit 1
    echo "$1" $(sed 's/^peak //' "$bin/out") >>"$bin/times"
}
: >"$bin/times"
load=$(cut -d' ' -f1-3 /proc/loadavg)
for ((i = 0; i < rounds; i++)); do
    run go "$bin/gocheck"
    run gomm "$c"
    run gomm "$c"
    run go "$bin/gocheck"
done

{
    echo "parsing and type-checking: go/parser and go/types, and gomm's front end"
    echo
    echo "date      $(date -u '+%Y-%m-%d %H:%M +0000')"
    echo "machine   $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, $(uname -sr)"
    echo "go        $(go env GOVERSION); $("$GOMM" version | head -n 1)"
    echo "settings  $rounds rounds of go, gomm, gomm, go; one thread; load average $load before"
    echo "packages  $(grep -c '^P' "$bin/list"), $(grep -c '^F' "$bin/list") files: ${*:-std}"
    echo
    awk '
    function median(s, n, v, i, j, t) {
        n = split(s, v, " ")
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
        return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
    }
    {
        lines = $2
        parse[$1] = parse[$1] " " $3
        check[$1] = check[$1] " " $4
        both[$1] = both[$1] " " $3 + $4
        cpu[$1] = cpu[$1] " " $5
        peak[$1] = peak[$1] " " $6
    }
    function row(what, a, unit, digits,  g, c) {
        g = median(a["go"]); c = median(a["gomm"])
        printf "%-22s %12.*f %12.*f %8.2f\n", what, digits, g / unit, digits, c / unit, g / c
    }
    function speed(what, a,  g, c) {
        g = lines / median(a["go"]) * 1000; c = lines / median(a["gomm"]) * 1000
        printf "%-22s %12.3f %12.3f %8.2f\n", what, g, c, c / g
    }
    END {
        printf "%d lines; medians of %d runs each\n\n", lines, NR / 2
        printf "%-22s %12s %12s %8s\n", "", "go", "gomm", "ratio"
        row("parse, ms", parse, 1e6, 1)
        row("check, ms", check, 1e6, 1)
        row("parse and check, ms", both, 1e6, 1)
        row("CPU time, ms", cpu, 1e6, 1)
        row("peak memory, MB", peak, 1024, 1)
        speed("parsed, M lines/s", parse)
        speed("checked, M lines/s", check)
        speed("both, M lines/s", both)
    }' "$bin/times"
} | tee "$BENCH_OUT/check_speed.txt"
