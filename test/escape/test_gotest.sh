#!/bin/bash
# test_gotest.sh: of GOROOT/test, the tests of what the compiler prints under -m, by gotest.go; what is known to be
# missing is in known.txt.  GOMM_GOTEST=DIR if the toolchain came without its tests.
. "$(dirname "$0")/common.sh"

gotest() {
    local dir
    dir=$("$GO" env GOROOT)/test
    [ -e "$dir/escape2.go" ] || dir=${GOMM_GOTEST-}
    if [ -z "$dir" ]; then
        skip "escape gotest $GO_VERSION" "this Go was installed without its tests"
        return
    fi
    if ! "$GO" build -o "$lib_tmp/gotest" "$GOMM_ROOT/test/escape/gotest.go"; then
        notok "escape gotest $GO_VERSION" "gotest.go does not build"
        return
    fi
    nice "$lib_tmp/gotest" -gomm "$GOMM" -go "$GO" -dir "$dir" -known "$GOMM_ROOT/test/escape/known.txt" >"$lib_tmp/out"
    local status=$?
    cat "$lib_tmp/out"
    if [ $status -gt 1 ]; then
        notok "escape gotest $GO_VERSION" "gotest ended with status $status"
    elif [ $status -eq 1 ]; then
        lib_failures=$((lib_failures + 1))
    fi
}

for_each_go gotest
finish
