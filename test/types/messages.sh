# messages.sh: errors of the checker against the installed compiler's, by messages.go.
# shellcheck shell=bash
. "$(dirname "$0")/common.sh"

# The words are those of one version.
case $("$GOMM_GO" version) in
*" go1.26"*) ;;
*)
    skip "types messages" "needs Go 1.26 on PATH, whose words they are"
    finish
    ;;
esac

# messages OPTION...
messages() {
    if [ ! -x "$lib_tmp/messages" ] &&
        ! "$GOMM_GO" build -o "$lib_tmp/messages" "$GOMM_ROOT/test/types/messages.go"; then
        notok "types messages" "messages.go does not build"
        finish
    fi
    TMPDIR=$lib_tmp nice "$lib_tmp/messages" -eval "$eval_types" -go "$GOMM_GO" "$@" >"$lib_tmp/out"
    local status=$?
    cut -c 1-1000 "$lib_tmp/out"
    if [ $status -gt 1 ]; then
        notok "types messages $*" "status $status"
    elif [ $status -eq 1 ]; then
        lib_failures=$((lib_failures + 1))
    fi
}
