#!/bin/bash
# Modules of others at versions that share lines: what doc/false-sharing.md says of them, again.  Each is fetched from the module
# proxy and copied; where it has no benchmark that runs in parallel, modules/NAME_test.go.txt is put beside its files.  What is found
# is checked; figures depend on the machine, and are printed.
#
#   RUN='chrt -r 1' test/share/long_modules.sh      where others use the machine
. "$(dirname "$0")/../lib.sh"
RUN=${RUN-}

if [ "$(nproc)" -lt 2 ]; then
    skip modules "one processor"
    finish
fi

# module NAME PATH VERSION BENCH PATTERN: a finding of which a line matches.
module() {
    local dir
    (cd "$lib_tmp" && GOFLAGS=-mod=mod "$GOMM_GO" mod download -json "$2@$3") >"$lib_tmp/json" 2>/dev/null || {
        skip "modules/$1" "$2@$3 cannot be fetched"
        return
    }
    dir=$(sed -n 's/.*"Dir": "\(.*\)".*/\1/p' "$lib_tmp/json")
    cp -r "$dir" "$lib_tmp/$1" && chmod -R u+w "$lib_tmp/$1"
    [ -f "$lib_tmp/$1/go.mod" ] || printf 'module %s\n\ngo 1.19\n' "$2" >"$lib_tmp/$1/go.mod"
    if [ -f "$GOMM_ROOT/test/share/modules/$1_test.go.txt" ]; then
        cp "$GOMM_ROOT/test/share/modules/$1_test.go.txt" "$lib_tmp/$1/gomm_share_test.go"
    fi
    (cd "$lib_tmp/$1" && timeout 500 "$GOMM" share ${RUN:+-exec "$RUN"} -bench "$4" .) >"$lib_tmp/out" 2>&1 </dev/null
    contains "modules/$1" "$lib_tmp/out" "$5"
    lacks "modules/$1/no crash" "$lib_tmp/out" 'fatal error|bad pointer'
    grep -E '^SHARE|^       (cost|fix) ' "$lib_tmp/out" | sed "s/^/# $1: /"
}

module freecache github.com/coocood/freecache v1.2.7 Parallel 'Cache\.locks\[[0-9]+\].* share one 64-byte cache line'
module concurrent-map github.com/orcaman/concurrent-map v1.0.0 EachItsOwn 'ConcurrentMapShared\.RWMutex of neighbouring heap objects share'
module metrics github.com/VictoriaMetrics/metrics v1.18.1 EachItsOwn 'Counter\.n of neighbouring heap objects share'
module fastcache github.com/VictoriaMetrics/fastcache v1.5.7 'CacheSet$|CacheGet$' 'fastcache\.go:[0-9]+.* share'
finish
