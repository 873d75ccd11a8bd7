#!/bin/bash
# long_compiler.sh: all errors as the installed compiler prints them, to the column: of Go's own tests that want errors, and
# of copies of them that are wrong in other ways.  GOMM_SEED=N makes the copies of another run again.
# limit: 1800
. "$(dirname "$0")/common.sh"

# The compiler's words are those of the newest Go that is supported.
GO=$GOMM_GO GO_VERSION=$("$GOMM_GO" env GOVERSION)
case $GO_VERSION in
go1.26*) ;;
*)
    skip "types as the compiler" "wants Go 1.26, not $GO_VERSION"
    finish
    ;;
esac
root=$("$GO" env GOROOT)
if [ ! -d "$root/src/internal/types/testdata" ] || [ ! -d "$root/test/fixedbugs" ]; then
    skip "types as the compiler" "this Go was installed without its tests"
    finish
fi

conformance testdata -compiler
conformance test -compiler

# Left out: what says something of lines, of another package or of the test's own checker.
mapfile -t files < <(find "$root/test" "$root/src/internal/types/testdata" -maxdepth 2 -name '*.go' -size -12k |
    xargs -d '\n' grep -L -E 'import "C"|^//line|/\*line|^// -gotypes|assert\(|trace\(|"\./' | sort)
"$GO" run "$GOMM_ROOT/test/types/mutate.go" -n 2000 -seed "${GOMM_SEED:-$(date +%Y%m%d)}" -out "$lib_tmp/mutants" "${files[@]}"
conformance testdata -compiler -dir "$lib_tmp/mutants" -most 10
finish
