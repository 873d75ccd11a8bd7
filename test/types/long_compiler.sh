#!/bin/bash
# long_compiler.sh: of the tests that want errors, all errors as the installed compiler prints them, to the column.
# limit: 1800
. "$(dirname "$0")/common.sh"

# The compiler's words are those of the newest Go that is supported.
GO=$GOMM_GO GO_VERSION=$("$GOMM_GO" env GOVERSION)
case $GO_VERSION in
go1.26*)
    root=$("$GO" env GOROOT)
    if [ -d "$root/src/internal/types/testdata" ]; then
        conformance testdata -compiler
    else
        skip "types testdata $GO_VERSION as the compiler" "this Go was installed without its testdata"
    fi
    if [ -d "$root/test/fixedbugs" ]; then
        conformance test -compiler
    else
        skip "types test $GO_VERSION as the compiler" "no $root/test"
    fi
    ;;
*) skip "types as the compiler" "wants Go 1.26, not $GO_VERSION" ;;
esac
finish
