# common.sh: the programs that the scripts here compare; bash.
# shellcheck shell=bash

nice_() { nice -n 10 "$@"; }

# $driver: src/syntax from the library that the tests are built with.
build_driver() {
    driver=$lib_tmp/driver
    local lib
    lib=$(dirname "$GOMM")/libgomm.a
    # With SAN=1 the library needs the sanitizers' runtime.
    local san=
    nm "$lib" 2>/dev/null | grep -q __asan_init && san=-fsanitize=address,undefined
    "${CC:-cc}" -std=c17 -O2 -no-pie $san -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -I"$GOMM_ROOT/src" \
        -o "$driver" "$GOMM_ROOT/test/syntax/driver.c" "$lib" -pthread -lm || {
        notok driver "does not compile"
        finish
    }
}

# $reference: the compiler's own parser, of the Go on PATH.  False if that is not the version whose messages
# and positions src/syntax has.
build_reference() {
    reference=$lib_tmp/reference/reference
    case $("$GOMM_GO" env GOVERSION) in go1.26*) ;; *) return 1 ;; esac
    local root
    root=$("$GOMM_GO" env GOROOT)
    cp -r "$GOMM_ROOT/test/syntax/reference" "$lib_tmp/" && mkdir "$lib_tmp/reference/syntax" &&
        cp "$root"/src/cmd/compile/internal/syntax/*.go "$lib_tmp/reference/syntax/" &&
        rm "$lib_tmp"/reference/syntax/*_test.go &&
        (cd "$lib_tmp/reference" && GOFLAGS= GOWORK=off "$GOMM_GO" build -o reference .)
}

# same NAME WHAT LIST: driver and reference say the same of all files of a list.
same() {
    "$driver" "$2" <"$3" | grep -av '^ *pragma //\(export\|extern\|gomm\)' >"$lib_tmp/ours"
    "$reference" "$2" <"$3" >"$lib_tmp/theirs"
    case $2 in
    strings | places) # types that names share are visited once or several times
        LC_ALL=C sort -u -o "$lib_tmp/ours" "$lib_tmp/ours"
        LC_ALL=C sort -u -o "$lib_tmp/theirs" "$lib_tmp/theirs"
        ;;
    esac
    if [ ! -s "$lib_tmp/theirs" ]; then
        notok "$1" "the reference says nothing"
    elif cmp -s "$lib_tmp/ours" "$lib_tmp/theirs"; then
        ok "$1"
    else
        notok "$1" "< ours, > the compiler's:"
        diff -a "$lib_tmp/ours" "$lib_tmp/theirs" | head -20
    fi
    rm -f "$lib_tmp/ours" "$lib_tmp/theirs"
}

# mutants SEED N LIST: $lib_tmp/mutants names files that are like those of the list but for a few tokens.
mutants() {
    rm -rf "$lib_tmp/m" && mkdir "$lib_tmp/m" &&
        "$reference" mutate "$1" "$2" "$lib_tmp/m" <"$3" >"$lib_tmp/mutants"
}

# parsers_agree NAME LIST: go/parser accepts what ours accepts, but for at most one file in 200 (go/parser
# checks here and there what the compiler leaves to its type checker, and the other way round).
parsers_agree() {
    cp -r "$GOMM_ROOT/test/syntax/goparser" "$lib_tmp/" &&
        (cd "$lib_tmp/goparser" && GOFLAGS= GOWORK=off "$GO" build -o goparser .) || {
        notok "$1" "goparser does not build"
        return
    }
    "$driver" accept <"$2" >"$lib_tmp/ours"
    "$lib_tmp/goparser/goparser" <"$2" >"$lib_tmp/theirs"
    local files differ
    files=$(grep -c . "$lib_tmp/theirs")
    differ=$(diff "$lib_tmp/ours" "$lib_tmp/theirs" | grep -c '^<')
    if [ "$files" -gt 0 ] && [ $((differ * 200)) -le "$files" ]; then
        ok "$1"
    else
        notok "$1" "$differ of $files files"
        diff "$lib_tmp/ours" "$lib_tmp/theirs" | head -20
    fi
}

# std_files ROOT: the Go files of a GOROOT's src that are Go.
std_files() {
    find "$1/src/" -name '*.go' -not -path '*/testdata/*' | LC_ALL=C sort
}
