#!/bin/bash
# escape_cache.sh [-rounds N] [-gomm] [PATTERN]: from an edit of one package to the compiler's decisions for it: by gomm with
# its dependencies in the disk cache, by gomm without a cache, and by go build -gcflags=-m with its dependencies in the
# build cache; interleaved.  Packages of std are edited by an overlay, those of modules in a copy of the module.
# -gomm: without go build; for a machine that has other work too, with BENCH_RUN="chrt -r 1" before each gomm.
# Result in build/bench/escape_cache.txt.
. "$(dirname "$0")/lib.sh"
rounds=7
if [ "${1-}" = -rounds ]; then
    rounds=$2
    shift 2
fi
only=
if [ "${1-}" = -gomm ]; then
    only=1
    shift
fi
pattern=${1-}
read -r -a before <<<"${BENCH_RUN-}"
command -v go >/dev/null || { echo "$0: no go on PATH" >&2; exit 2; }
command -v time >/dev/null || { echo "$0: no time(1) on PATH; on Debian it is in the package time" >&2; exit 2; }
[ -x "$GOMM" ] || { echo "$0: no $GOMM; run make first" >&2; exit 2; }
mkdir -p "$BENCH_OUT" || exit 2
tmp=$(mktemp -d) || exit 2
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
export GOCACHE=$tmp/go-cache GOMM_CACHE=$tmp/cache GOFLAGS=-mod=mod
cp "$GOMM" "$tmp/gomm" || exit 2 # a make meanwhile does not change what is measured
modules=$(go env GOMODCACHE)
load=$(cut -d' ' -f1-3 /proc/loadavg)

# What is to be before it, and gomm.
gomm=("${before[@]}" "$tmp/gomm")

# run KEY COMMAND...: appends "KEY WALL CPU PEAK" (seconds, seconds, MB; the peak of the largest process).
run() {
    local key=$1
    shift
    command time -f '%e %U %S %M' -o "$tmp/time" "$@" >"$tmp/out" 2>"$tmp/err" || {
        echo "$0: $* failed" >&2
        tail -n 3 "$tmp/err" >&2
        exit 1
    }
    awk -v key="$key" '{ print key, $1, $2 + $3, $4 / 1024 }' "$tmp/time" >>"$tmp/times"
}

n=0
edit() { # FILE OUT: a copy that has never been before
    n=$((n + 1))
    { cat "$1" && printf '\n// edit %d of %s\n' $n "$tmp"; } >"$2.new" && mv "$2.new" "$2"
}

# one NAME PACKAGE FLAGS...: in the current directory; $source is edited into $target.
one() {
    local name=$1 package=$2
    shift 2
    edit "$source" "$target"
    go build "$@" -gcflags=-m "$package" >/dev/null 2>&1 || { echo "$0: $package does not build" >&2; exit 1; }
    "${gomm[@]}" escape -m "$@" "$package" >/dev/null 2>&1 || { echo "$0: gomm escape $package failed" >&2; exit 1; }
    for ((i = 0; i < rounds; i++)); do
        edit "$source" "$target"
        run "$name warm" "${gomm[@]}" escape -m "$@" "$package"
        [ "$only" ] || run "$name go" go build "$@" -gcflags=-m "$package"
        edit "$source" "$target"
        run "$name warm1" "${gomm[@]}" escape -m -j 1 "$@" "$package"
        run "$name cold" env GOMM_CACHE=off "${gomm[@]}" escape -m "$@" "$package"
        run "$name same" "${gomm[@]}" escape -m "$@" "$package"
    done
    echo "$name" >>"$tmp/about"
}

for p in strings fmt encoding/json text/template go/types net/http; do
    case $p in *"$pattern"*) ;; *) continue ;; esac
    cd "$(go list -f '{{.Dir}}' $p)" || exit 2
    source=$PWD/$(go list -f '{{index .GoFiles 0}}' $p) target=$tmp/overlay.go
    echo "{\"Replace\": {\"$source\": \"$target\"}}" >"$tmp/overlay.json"
    one $p $p -overlay "$tmp/overlay.json"
done
while read -r module version package file; do
    case $module$package in *"$pattern"*) ;; *) continue ;; esac
    [ -d "$modules/$module@$version" ] || go mod download "$module@$version" >/dev/null 2>&1 || continue
    rm -rf "$tmp/module" && cp -r "$modules/$module@$version" "$tmp/module" && chmod -R u+w "$tmp/module" || exit 2
    cd "$tmp/module" && go mod download >/dev/null 2>&1
    cp "$package/$file" "$tmp/source.go"
    source=$tmp/source.go target=$tmp/module/$package/$file
    one "${module##*/}${package#.}" "$package"
done <<'LIST'
github.com/gin-gonic/gin v1.12.0 . gin.go
go.uber.org/zap v1.28.0 ./zapcore entry.go
github.com/spf13/cobra v1.10.2 . command.go
google.golang.org/grpc v1.85.0 . server.go
LIST

{
    echo "from an edit of one package to its decisions; medians"
    echo
    echo "date      $(date -u '+%Y-%m-%d %H:%M +0000')"
    echo "machine   $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, $(uname -sr)"
    echo "go        $(go env GOVERSION); $("$tmp/gomm" version | head -n 1)"
    echo "settings  $rounds rounds of edit, gomm, ${only:+no }go build, edit, gomm -j 1, gomm without cache, gomm without an"
    echo "          edit; ${BENCH_RUN:+$BENCH_RUN gomm; }load average $load before"
    echo
    awk '
    function median(s,  n, v, i, j, t) {
        n = split(s, v, " ")
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
        return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
    }
    FNR == NR { if (!($1 in seen)) order[++n] = $1; seen[$1]; next }
    { wall[$1, $2] = wall[$1, $2] " " $3; cpu[$1, $2] = cpu[$1, $2] " " $4; peak[$1, $2] = peak[$1, $2] " " $5 }
    function ms(s) { return 1000 * median(s) }
    END {
        printf "%-16s %9s %11s %13s %13s %11s %13s %9s\n", "", "gomm", "gomm", "gomm without", "go build", "gomm", "gomm", "go build"
        printf "%-16s %9s %11s %13s %13s %11s %13s %9s\n", "ms", "", "not edited", "cache", "-gcflags=-m", "cpu, -j 1", "peak, MB", "/ gomm"
        for (i = 1; i <= n; i++) {
            k = order[i]
            go = wall[k, "go"] != ""
            printf "%-16s %9.0f %11.0f %13.0f %13s %11.0f %13.0f %9s\n", k, ms(wall[k, "warm"]), ms(wall[k, "same"]),
                ms(wall[k, "cold"]), go ? sprintf("%.0f", ms(wall[k, "go"])) : "-", ms(cpu[k, "warm1"]),
                median(peak[k, "warm"]), go ? sprintf("%.1f", median(wall[k, "go"]) / median(wall[k, "warm"])) : "-"
        }
    }' "$tmp/about" "$tmp/times"
} | tee "$BENCH_OUT/escape_cache.txt"
