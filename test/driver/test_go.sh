#!/bin/bash
# gomm build, run and test behave as go does with -race: exit statuses, output, flags.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/modules.sh"
unset GORACE GOMM_RUNTIME GOMM_INHERIT

run_and_build() {
    v=$GO_VERSION
    new_module "racy$v"
    write_racy_program 0
    expect "$v: go run of a racy program exits with 1" 1 "$GOMM" run .
    contains "$v: and says exit status 66" "$lib_tmp/err" '^exit status 66$'
    contains "$v: and prints the race" "$lib_tmp/err" '^WARNING: DATA RACE$'
    contains "$v: and the program's output" "$lib_tmp/out" '^done$'

    expect "$v: build" 0 "$GOMM" build -o "$lib_tmp/racy$v.bin" .
    if has_stock_runtime "$lib_tmp/racy$v.bin"; then
        notok "$v: build links gomm's runtime" "Go's own is inside"
    else
        ok "$v: build links gomm's runtime"
    fi
    # Without gomm, without Go, elsewhere.
    cp "$lib_tmp/racy$v.bin" "$lib_tmp/elsewhere" && cd / || exit 2
    expect "$v: the binary alone exits with 66" 66 env -i PATH=/nonexistent "$lib_tmp/elsewhere"
    contains "$v: and reports by itself" "$lib_tmp/err" '^WARNING: DATA RACE$'
    expect "$v: GORACE=exitcode=7" 7 env -i GORACE=exitcode=7 "$lib_tmp/elsewhere"
    cd "$lib_tmp/racy$v" || exit 2

    write_racy_program 3
    expect "$v: os.Exit(3) with a race stays 3" 3 sh -c '"$GOMM" build -o x3 . && ./x3'
    contains "$v: and go run says so" <("$GOMM" run . 2>&1) '^exit status 3$'

    expect "$v: -gomm.runtime=stock" 0 "$GOMM" build -gomm.runtime=stock -o "$lib_tmp/stock$v" .
    if has_stock_runtime "$lib_tmp/stock$v"; then
        ok "$v: links Go's own runtime"
    else
        notok "$v: links Go's own runtime" "no trace of it in the binary"
    fi
    expect "$v: GOMM_RUNTIME=stock" 0 env GOMM_RUNTIME=stock "$GOMM" build -o "$lib_tmp/stock$v.2" .
    if cmp -s "$lib_tmp/stock$v" "$lib_tmp/stock$v.2"; then
        ok "$v: does the same"
    else
        notok "$v: does the same" "the binaries differ"
    fi
    expect "$v: -race=false means it" 0 "$GOMM" build -race=false -o "$lib_tmp/norace$v" .
    expect "$v: no detector then" 0 sh -c 'sed "s/3 != 0/false/" main.go >m.go && mv m.go main.go &&
        "$GOMM" run -race=false .'
}

tests() {
    v=$GO_VERSION
    new_module "test$v"
    write_racy_package
    expect "$v: test fails on a race" 1 "$GOMM" test .
    contains "$v: and shows it" "$lib_tmp/out" '^WARNING: DATA RACE$'
    contains "$v: and which test" "$lib_tmp/out" '^--- FAIL: TestRace'
    contains "$v: and testing's words" "$lib_tmp/out" 'race detected during execution of test'
    expect "$v: -run of the calm test" 0 "$GOMM" test -run TestCalm .
    expect "$v: -v" 0 "$GOMM" test -v -run=TestCalm -count=1 .
    contains "$v: -v shows tests" "$lib_tmp/out" '^=== RUN   TestCalm'
    expect "$v: flags behind the package" 0 "$GOMM" test . -run TestCalm -v -count=1
    contains "$v: reach the test" "$lib_tmp/out" '^--- PASS: TestCalm'
    expect "$v: -json" 1 "$GOMM" test -json .
    contains "$v: -json is go's" "$lib_tmp/out" '"Action":"fail","Package":"example.com/test'
    expect "$v: -c" 0 "$GOMM" test -c -o "$lib_tmp/p$v.test" .
    expect "$v: the test binary alone" 1 env -i PATH=/nonexistent "$lib_tmp/p$v.test" -test.run=TestRace
    expect "$v: unknown flag of the test's" 1 "$GOMM" test . -nosuchflag
    contains "$v: is the test binary's to refuse" "$lib_tmp/out" 'flag provided but not defined: -nosuchflag'

    new_module "calm$v"
    write_calm_package
    expect "$v: -cover" 0 "$GOMM" test -cover .
    contains "$v: coverage is told" "$lib_tmp/out" 'coverage: 100.0% of statements'
    expect "$v: -covermode=set is refused as by go" 1 sh -c '"$GOMM" test -covermode=set . 2>err ||
        { grep -q "covermode must be \"atomic\"" err && exit 1; }'
    expect "$v: fuzz seeds" 0 "$GOMM" test -run FuzzDouble -v .
    contains "$v: ran" "$lib_tmp/out" 'PASS: FuzzDouble/seed#0'
    expect "$v: fuzzing" 0 "$GOMM" test -fuzz FuzzDouble -fuzztime 20x .
    expect "$v: -exec" 0 "$GOMM" test -count=1 -exec "env GOMM_TEST=1" .
    expect "$v: -n runs nothing" 0 "$GOMM" test -n .
    expect "$v: -bench" 0 "$GOMM" test -run XXX -bench . .
    expect "$v: -args" 1 "$GOMM" test . -args -gomm.runtime=stock
    contains "$v: behind -args nothing is gomm's" "$lib_tmp/out" 'not defined: -gomm.runtime'
}

# What goes wrong comes out as from go: the same text, the same status.
same() { # name, arguments
    name=$1
    shift
    GOFLAGS=-race "$GO" "$@" >"$lib_tmp/go.out" 2>"$lib_tmp/go.err" </dev/null
    want=$?
    "$GOMM" "$@" >"$lib_tmp/gomm.out" 2>"$lib_tmp/gomm.err" </dev/null
    got=$?
    for f in go.out go.err gomm.out gomm.err; do # times, temporary names
        sed -i -E 's/[0-9.]+s$/T/; s/[0-9.]+s\)/T)/; s/go-build[0-9]+/B/g' "$lib_tmp/$f"
    done
    if [ $got -ne $want ]; then
        notok "$GO_VERSION: $name" "status $got, go's is $want"
    elif ! diff "$lib_tmp/go.out" "$lib_tmp/gomm.out" >&2 ||
        ! diff "$lib_tmp/go.err" "$lib_tmp/gomm.err" >&2; then
        notok "$GO_VERSION: $name" "other output than go's"
    else
        ok "$GO_VERSION: $name"
    fi
}

as_go() {
    new_module "same$GO_VERSION"
    write_calm_package
    mkdir broken panics && echo 'package broken; func f() int { return "" }' >broken/b.go
    printf 'package panics\nimport "testing"\nfunc TestX(t *testing.T) { t.Fatal("no") }\n' \
        >panics/x_test.go
    same "all is well" test .
    same "source that does not compile" test ./broken
    same "source that does not compile, build" build ./broken
    same "missing package" test ./nosuch
    same "failing test" test ./panics
    same "bad flag of build" build -nosuch
    same "flag without its value" build -o
    same "no flag's value" test -count=x .
    same "usage" test -h
    same "several packages" test ./...
    same "not a program" run .
    same "-asan with -race" build -asan .
    same "-msan with -race" test -msan .
    same "-buildmode=pie" build -buildmode=pie .
    same "-C" build -C panics .
    same "-C missing" test -C nosuch .
}

for_each_go run_and_build
for_each_go tests
for_each_go as_go
finish
