#!/bin/bash
# long_precise.sh: claims of gomm escape -precise about the standard library, put to the test by its own tests: each claimed
# object is watched (precise/track.go) and must be unreachable, or may be overwritten, once its function has returned.
# limit: 7200
. "$(dirname "$0")/../lib.sh"
here=$GOMM_ROOT/test/escape/precise

minor=$($GOMM_GO env GOVERSION | sed -E 's/go1\.([0-9]+).*/\1/')
[ "$minor" -lt 24 ] && skip precise "needs weak pointers" && finish
root=$($GOMM_GO env GOROOT)
: "${GOMM_PRECISE_PACKAGES:=$(cat "$here/packages.txt")}"
"$GOMM_GO" build -o "$lib_tmp/instrument" "$here/instrument.go" || notok instrument "it does not build"

# What the tracker needs cannot be watched by it.
needs='runtime|internal|sync|syscall|errors|weak|iter|cmp|slices|math/bits|unsafe'
for flag in -l ""; do
    d=$lib_tmp/d$flag
    mkdir -p "$d"
    # shellcheck disable=SC2086
    "$GOMM" escape -precise $flag -test $GOMM_PRECISE_PACKAGES 2>"$d/err" | grep 'could stay on the stack:' |
        grep -v '^[^ ]* (' | grep -vE "^$root/src/($needs)/" >"$d/claims"
    GOROOT_=$root "$lib_tmp/instrument" -claims "$d/claims" -out "$d" -track "$here/track.go" >"$d/said"
    # shellcheck disable=SC2086
    GOMMTRACK=$d/log "$GOMM_GO" test -overlay "$d/overlay.json" -short -vet=off -timeout 30m $GOMM_PRECISE_PACKAGES >"$d/out" 2>&1
    touch "$d/log"
    x=$(grep exercised "$d/log" | sort -u | wc -l) k=$(grep -c checked "$d/log") v=$(grep VIOLATION "$d/log" | sort -u | wc -l)
    fails=$(grep -c '^FAIL' "$d/out")
    said="$(cat "$d/said"); $x exercised, $k collections, $v refuted, $fails packages fail"
    if [ "$v" -eq 0 ] && [ "$x" -gt 100 ] && [ "$fails" -eq 0 ]; then
        ok "std ${flag:-inlined}: $said"
    else
        notok "std ${flag:-inlined}" "$said"
        grep -vE '^ok|no test files' "$d/out" | head -40
    fi
done
finish
