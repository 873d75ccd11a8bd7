# info.sh: what is recorded of expressions against go/types, by info.go and eval_info.
# shellcheck shell=bash
. "$(dirname "$0")/../lib.sh"

eval_info=${GOMM%/gomm}/test/types/eval_info
if [ ! -x "$eval_info" ]; then
    notok "types info" "no $eval_info: make units"
    finish
fi

# Older ones know no alias types.
case $("$GOMM_GO" version) in
*" go1.26"*) ;;
*)
    skip "types info" "needs Go 1.26 on PATH"
    finish
    ;;
esac

# info PACKAGE...
info() {
    if ! "$GOMM_GO" build -o "$lib_tmp/info" "$GOMM_ROOT/test/types/info.go"; then
        notok "types info" "info.go does not build"
        return
    fi
    PATH=$(dirname "$GOMM_GO"):$PATH nice "$lib_tmp/info" -eval "$eval_info" "$@" >"$lib_tmp/out"
    local status=$?
    cut -c 1-300 "$lib_tmp/out"
    if [ $status -gt 1 ]; then
        notok "types info $*" "status $status"
    elif [ $status -eq 1 ]; then
        lib_failures=$((lib_failures + 1))
    fi
}
