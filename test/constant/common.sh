# common.sh: runs generate.go with each Go, and eval_constant on what it writes.
# shellcheck shell=bash
. "$(dirname "$0")/../lib.sh"

eval_constant=${GOMM%/gomm}/test/constant/eval_constant
if [ ! -x "$eval_constant" ]; then
    notok constant "no $eval_constant: make units"
    finish
fi

# differential EXPRESSIONS SEED: as one test.
differential() {
    if ! "$GO" build -o "$lib_tmp/generate" "$GOMM_ROOT/test/constant/generate.go"; then
        notok "constant $GO_VERSION" "generate.go does not build"
        return
    fi
    "$lib_tmp/generate" -n "$1" -seed "$2" | nice "$eval_constant" >"$lib_tmp/out"
    if [ "${PIPESTATUS[*]}" = "0 0" ] && [ "$(tail -n 1 "$lib_tmp/out")" = "$1 expressions, 0 different" ]; then
        ok "constant $GO_VERSION: $1 expressions as go/constant, seed $2"
    else
        notok "constant $GO_VERSION" "seed $2: $(tail -n 1 "$lib_tmp/out")"
        head -n 40 "$lib_tmp/out" | cut -c 1-2000
    fi
}
