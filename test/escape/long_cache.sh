#!/bin/bash
# long_cache.sh [PATTERN]: the disk cache, package by package: each is analysed with its dependencies known, and must be
# what is printed without a cache.  All of std, as it is, with -l, as Go 1.19 decides, with Go 1.19; some modules.
# limit: 7200
. "$(dirname "$0")/common.sh"
pattern=${1-}

# together FILE: what is printed of packages, each under its line, in the order of their names.
together() {
    awk '/^# / { head = $0 } { print head "\t" NR "\t" $0 }' "$1" | sort -t "$(printf '\t')" -k1,1 -k2,2n | cut -f 3-
}

compare() { # NAME FLAGS... -- PATTERNS...
    local name=$1 flags=() n=0
    shift
    case $name in *"$pattern"*) ;; *) return ;; esac
    while [ "$1" != -- ]; do
        flags+=("$1")
        shift
    done
    shift
    rm -rf "$lib_tmp/cache"
    GOMM_CACHE=off "$GOMM" escape -m "${flags[@]}" "$@" >"$lib_tmp/want" 2>"$lib_tmp/err" </dev/null
    : >"$lib_tmp/got"
    for p in $(go list "$@"); do
        n=$((n + 1))
        GOMM_CACHE=$lib_tmp/cache "$GOMM" escape -m "${flags[@]}" "$p" >>"$lib_tmp/got" 2>>"$lib_tmp/err" </dev/null
    done
    together "$lib_tmp/want" >"$lib_tmp/want.sorted"
    together "$lib_tmp/got" >"$lib_tmp/got.sorted"
    if [ $n -gt 0 ] && cmp -s "$lib_tmp/want.sorted" "$lib_tmp/got.sorted"; then
        ok "$name: $n packages, $(wc -l <"$lib_tmp/want") lines"
    else
        notok "$name" "different"
        diff "$lib_tmp/want.sorted" "$lib_tmp/got.sorted" | head -n 20
        tail -n 3 "$lib_tmp/err"
    fi
    GOMM_CACHE=$lib_tmp/cache "$GOMM" escape -m "${flags[@]}" "$@" >"$lib_tmp/got" 2>/dev/null </dev/null
    cmp -s "$lib_tmp/want" "$lib_tmp/got" && ok "$name, all known" || notok "$name, all known" "different"
    GOMM_CACHE=off "$GOMM" escape -m -test "${flags[@]}" "$@" >"$lib_tmp/want" 2>/dev/null </dev/null
    GOMM_CACHE=$lib_tmp/cache "$GOMM" escape -m -test "${flags[@]}" "$@" >"$lib_tmp/got" 2>/dev/null </dev/null
    cmp -s "$lib_tmp/want" "$lib_tmp/got" && ok "$name, tests" || notok "$name, tests" "different"
}

cd "$lib_tmp" || exit 2
compare std -- std
compare "std -l" -l -- std
compare "std -go 1.19" -go 1.19 -- std
if [ -n "$GOMM_GO119" ]; then
    PATH=$(dirname "$GOMM_GO119"):$PATH compare "std of Go 1.19" -- std
fi
while read -r module version; do
    case $module in *"$pattern"*) ;; *) continue ;; esac
    source=$(cd / && go mod download -json "$module@$version" 2>/dev/null </dev/null |
        sed -n 's/^[[:space:]]*"Dir": "\(.*\)",\{0,1\}$/\1/p')
    if [ -z "$source" ]; then
        skip "$module" "cannot be downloaded"
        continue
    fi
    rm -rf module && cp -r "$source" module && chmod -R u+w module
    (cd module && go mod download >/dev/null 2>&1 </dev/null)
    cd module && compare "$module" -- ./...
    cd ..
done <<'LIST'
github.com/gin-gonic/gin v1.12.0
go.uber.org/zap v1.28.0
github.com/spf13/cobra v1.10.2
google.golang.org/grpc v1.85.0
LIST
finish
