#!/bin/bash
# test_precise.sh: what gomm escape -precise says could stay on the stack: by rule (precise/rules), and by running: random
# programs whose claimed objects are watched and overwritten when their frame is gone (precise/track.go).
. "$(dirname "$0")/../lib.sh"
here=$GOMM_ROOT/test/escape/precise

# -- rules ---------------------------------------------------------------------------------------

minor=$($GOMM_GO env GOVERSION | sed -E 's/go1\.([0-9]+).*/\1/')
if [ "$minor" -lt 24 ]; then
    skip precise "needs Go 1.24: range over functions, weak pointers"
    finish
fi
"$GOMM" escape -C "$here/rules" -precise -all -l . >"$lib_tmp/rules" 2>"$lib_tmp/err"
if out=$(awk -f "$here/rules.awk" "$here/rules/rules.go" "$lib_tmp/rules"); then
    ok rules
else
    notok rules "$(echo "$out" | head -3)"
    echo "$out"
fi

# -- random programs -------------------------------------------------------------------------------

# run SEED FLAGS: "claims exercised violations same|differ"
run() {
    local d=$lib_tmp/$1$2
    mkdir -p "$d/gommtrack" "$d/out"
    printf 'module m\n\ngo 1.24\n' >"$d/go.mod"
    cp "$here/track.go" "$d/gommtrack/"
    "$lib_tmp/generate" -seed "$1" -n 8 >"$d/main.go"
    "$GOMM" escape -C "$d" -precise $2 . >"$d/claims" 2>"$d/err" || { echo "0 0 0 gomm"; return; }
    "$lib_tmp/instrument" -C "$d" -claims "$d/claims" -out "$d/out" -import m/gommtrack >"$d/said"
    (cd "$d" && "$GOMM_GO" build -o plain . && "$GOMM_GO" build -overlay out/overlay.json -o watched .) || { echo "0 0 0 build"; return; }
    local a b
    a=$("$d/plain") b=$(GOGC=off GOMMTRACK=$d/log "$d/watched")
    touch "$d/log"
    echo "$(grep -c 'could stay on the stack:' "$d/claims") $(grep -c exercised "$d/log")" \
        "$(grep VIOLATION "$d/log" | sort -u | wc -l) $([ "$a" = "$b" ] && echo same || echo differ)"
}

"$GOMM_GO" build -o "$lib_tmp/generate" "$here/generate.go" && "$GOMM_GO" build -o "$lib_tmp/instrument" "$here/instrument.go" ||
    notok tools "they do not build"
: "${GOMM_PRECISE_SEEDS:=1 2 3 4}"
claims=0 exercised=0 violations=0 wrong=
for seed in $GOMM_PRECISE_SEEDS; do
    for flag in "" -l; do
        read -r c x v same < <(run "$seed" "$flag")
        claims=$((claims + c)) exercised=$((exercised + x)) violations=$((violations + v))
        [ "$v" -eq 0 ] && [ "$same" = same ] || wrong+=" $seed$flag($same)"
    done
done
if [ -z "$wrong" ] && [ $exercised -gt 0 ]; then
    ok "random programs: $claims claims, $exercised exercised, none refuted"
else
    notok "random programs" "$violations refuted of $exercised exercised; seeds:$wrong"
fi

# -- the check itself finds wrong claims -------------------------------------------------------------

d=$lib_tmp/must
mkdir -p "$d/gommtrack" "$d/out"
printf 'module m\n\ngo 1.24\n' >"$d/go.mod"
cp "$here/track.go" "$d/gommtrack/"
"$lib_tmp/generate" -seed 2 -n 8 >"$d/main.go"
"$GOMM" escape -C "$d" -precise -all -l . | sed -n 's/: MUST: .*/: could stay on the stack: it is not so/p' >"$d/claims"
"$lib_tmp/instrument" -C "$d" -claims "$d/claims" -out "$d/out" -import m/gommtrack >"$d/said"
(cd "$d" && "$GOMM_GO" build -overlay out/overlay.json -o watched .)
GOGC=off GOMMTRACK=$d/log "$d/watched" >/dev/null 2>&1
n=$(grep VIOLATION "$d/log" | sort -u | wc -l)
if [ "$n" -ge 3 ]; then
    ok "wrong claims are refuted"
else
    notok "wrong claims are refuted" "$n of $(wc -l <"$d/claims")"
fi
finish
