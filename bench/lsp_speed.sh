#!/bin/bash
# lsp_speed.sh [-rounds N] [PATTERN]: from an edit in an editor to the errors and decisions of its package (gomm lsp): a file is
# opened, and lines are typed into it.  Packages of std, and modules if they can be had.  The dependencies are in the disk cache but for
# "first", which is without one.  With BENCH_RUN="chrt -r 1" before the editor and gomm, for a machine that has other work too.
# Result in build/bench/lsp_speed.txt.
. "$(dirname "$0")/lib.sh"
rounds=21
if [ "${1-}" = -rounds ]; then
    rounds=$2
    shift 2
fi
pattern=${1-}
command -v go >/dev/null || { echo "$0: no go on PATH" >&2; exit 2; }
[ -x "$GOMM" ] || { echo "$0: no $GOMM; run make first" >&2; exit 2; }
mkdir -p "$BENCH_OUT" || exit 2
tmp=$(mktemp -d) || exit 2
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
cp "$GOMM" "$tmp/gomm" || exit 2 # a make meanwhile does not change what is measured
(cd "$GOMM_ROOT/test/lsp" && go build -o "$tmp/session" ./session) || exit 2
read -r -a before <<<"${BENCH_RUN-}"
modules=$(go env GOMODCACHE)
load=$(cut -d' ' -f1-3 /proc/loadavg)

one() { # NAME FILE
    local cold warm
    export GOMM_CACHE=$tmp/cache GOFLAGS=-mod=mod
    cold=$(GOMM_CACHE=$tmp/cache-$1 "${before[@]}" "$tmp/session" -gomm "$tmp/gomm" -rounds 1 -bench "$2" | cut -d' ' -f1)
    "${before[@]}" "$tmp/session" -gomm "$tmp/gomm" -rounds 1 -bench "$2" >/dev/null
    warm=$("${before[@]}" "$tmp/session" -gomm "$tmp/gomm" -rounds "$rounds" -bench "$2")
    echo "$1 $(cat "$(dirname "$2")"/*.go | wc -l) $cold $warm" >>"$tmp/times"
}

for p in strings fmt encoding/json go/types net/http; do
    case $p in *"$pattern"*) ;; *) continue ;; esac
    # Not the first file: the largest.
    one "${p//\//.}" "$(go list -f '{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}' $p | xargs ls -S | head -n 1)"
done
while read -r module version file; do
    case $module in *"$pattern"*) ;; *) continue ;; esac
    [ -d "$modules/$module@$version" ] || (cd "$tmp" && go mod download "$module@$version") >/dev/null 2>&1 || continue
    rm -rf "$tmp/module" && cp -r "$modules/$module@$version" "$tmp/module" && chmod -R u+w "$tmp/module" || exit 2
    (cd "$tmp/module" && go mod download) >/dev/null 2>&1
    one "${module##*/}" "$tmp/module/$file"
done <<'LIST'
github.com/gin-gonic/gin v1.12.0 context.go
go.uber.org/zap v1.28.0 zapcore/field.go
github.com/spf13/cobra v1.10.2 command.go
google.golang.org/grpc v1.85.0 server.go
LIST

{
    echo "from an edit to its diagnostics in an editor; medians of $rounds edits"
    echo
    echo "date      $(date -u '+%Y-%m-%d %H:%M +0000')"
    echo "machine   $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, $(uname -sr)"
    echo "go        $(go env GOVERSION); $("$tmp/gomm" version | head -n 1)"
    echo "settings  debounce 30 ms, which is part of it; ${BENCH_RUN:+$BENCH_RUN; }load average $load before"
    echo
    printf '%-15s %9s %8s %8s %8s %8s %8s %8s %12s %10s\n' "" lines first opened edit slowest hover hints diagnostics "server, MB"
    awk '{ printf "%-15s %9d %8.0f %8.0f %8.0f %8.0f %8.1f %8.1f %12d %10.1f\n", $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 }' "$tmp/times"
} | tee "$BENCH_OUT/lsp_speed.txt"
