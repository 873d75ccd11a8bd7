# common.sh: Go's own tests of the type checker, by conformance.go and eval_types.
# shellcheck shell=bash
. "$(dirname "$0")/../lib.sh"

eval_types=${GOMM%/gomm}/test/types/eval_types
if [ ! -x "$eval_types" ]; then
    notok types "no $eval_types: make units"
    finish
fi

# conformance SUITE [OPTION...]: with $GO.
conformance() {
    local suite=$1
    shift
    if ! "$GO" build -o "$lib_tmp/conformance" "$GOMM_ROOT/test/types/conformance.go"; then
        notok "types $suite $GO_VERSION" "conformance.go does not build"
        return
    fi
    nice "$lib_tmp/conformance" -eval "$eval_types" -go "$GO" -suite "$suite" \
        -known "$GOMM_ROOT/test/types/known.txt" "$@" >"$lib_tmp/out"
    local status=$?
    cat "$lib_tmp/out"
    if [ $status -gt 1 ]; then
        notok "types $suite $GO_VERSION" "conformance ended with status $status"
    elif [ $status -eq 1 ]; then
        lib_failures=$((lib_failures + 1))
    fi
}

testdata() {
    local root
    root=$("$GO" env GOROOT)
    if [ -d "$root/src/internal/types/testdata" ] || [ -d "$root/src/go/types/testdata" ]; then
        conformance testdata
    else
        skip "types testdata $GO_VERSION" "this Go was installed without its testdata"
    fi
}

# Go's test directory: GOMM_GOTEST=DIR if the toolchain came without one.
gotest() {
    local root
    root=$("$GO" env GOROOT)
    if [ -d "$root/test/fixedbugs" ]; then
        conformance test
    elif [ -n "${GOMM_GOTEST-}" ]; then
        conformance test -dir "$GOMM_GOTEST"
    else
        skip "types test $GO_VERSION" "no $root/test; GOMM_GOTEST=DIR names one"
    fi
}
