#!/bin/bash
# The build cache: compiled packages are shared with plain `go ... -race`, linked programs and
# test results are not.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/modules.sh"
unset GORACE GOMM_RUNTIME GOMM_INHERIT

compiles_nothing() { # name, command...
    name=$1
    shift
    "$@" >"$lib_tmp/out" 2>"$lib_tmp/err" </dev/null
    if ! grep -q '/link ' "$lib_tmp/err"; then
        notok "$name" "no link command in the output of -x"
        tail -20 "$lib_tmp/err"
    elif grep -E '/(compile|asm|cgo) ' "$lib_tmp/err" | grep -v -- '-V=full' >&2; then
        notok "$name" "it compiled"
    else
        ok "$name"
    fi
}

# The word behind "ok  pkg" that tells a cached result.
is_cached() {
    grep -q '(cached)$' "$lib_tmp/out"
}

says_cached() { # name, command...
    name=$1
    shift
    expect "$name: status" 0 "$@"
    if is_cached; then ok "$name"; else notok "$name" "not cached: $(cat "$lib_tmp/out")"; fi
}

says_not_cached() { # name, command...
    name=$1
    shift
    expect "$name: status" 0 "$@"
    if is_cached; then notok "$name" "cached"; else ok "$name"; fi
}

shared() {
    v=$GO_VERSION
    new_module "first$v"
    write_calm_package
    "$GO" test -race -c -o "$lib_tmp/a" . || notok "$v: go test -c" "failed"
    compiles_nothing "$v: after go, gomm only links" "$GOMM" test -c -x -o "$lib_tmp/b" .
    compiles_nothing "$v: and again" "$GOMM" test -c -x -o "$lib_tmp/c" .
    new_module "second$v"
    write_calm_package
    "$GOMM" test -c -o "$lib_tmp/a" . || notok "$v: gomm test -c" "failed"
    compiles_nothing "$v: after gomm, go only links" "$GO" test -race -c -x -o "$lib_tmp/b" .
}

results() {
    v=$GO_VERSION
    new_module "results$v"
    write_calm_package
    says_not_cached "$v: go, first" "$GO" test -race .
    says_not_cached "$v: gomm does not take go's result" "$GOMM" test .
    says_cached "$v: gomm takes its own" "$GOMM" test .
    says_cached "$v: go takes its own" "$GO" test -race .
    says_cached "$v: -gomm.runtime=stock is go" "$GOMM" test -gomm.runtime=stock .
    new_module "reverse$v"
    write_calm_package
    says_not_cached "$v: gomm, first" "$GOMM" test .
    says_not_cached "$v: go does not take gomm's result" "$GO" test -race .
    # Another runtime is another program: the object that Go itself brings, passed as a file.
    stock=$(find "$("$GO" env GOROOT)/src/runtime/race/" -name race_linux_amd64.syso \
        -o -path '*/amd64v1/race_linux.syso' | head -1)
    says_not_cached "$v: another object, another result" "$GOMM" test -gomm.runtime="$stock" .
    says_cached "$v: the same object, the same result" "$GOMM" test -gomm.runtime "$stock" .
}

# go run keeps linked programs in the cache, since Go 1.24.
programs() {
    v=$GO_VERSION
    new_module "run$v"
    write_racy_program 0
    GOMM_EVENTS=$lib_tmp/e1$v "$GOMM" run . >/dev/null 2>&1
    GOMM_EVENTS=$lib_tmp/e2$v "$GO" run -race . >/dev/null 2>&1
    GOMM_EVENTS=$lib_tmp/e3$v "$GOMM" run . >/dev/null 2>&1
    if [ -s "$lib_tmp/e1$v" ] && [ ! -e "$lib_tmp/e2$v" ] && [ -s "$lib_tmp/e3$v" ]; then
        ok "$v: go run and gomm run have programs of their own"
    else
        notok "$v: go run and gomm run have programs of their own" "event files: $(ls "$lib_tmp")"
    fi
}

nothing_left() {
    v=$GO_VERSION
    touch "$lib_tmp/stamp"
    new_module "left$v"
    write_racy_program 0
    mkdir "$lib_tmp/tmp$v" "$lib_tmp/home$v"
    expect "$v: with a home of its own" 0 env TMPDIR="$lib_tmp/tmp$v" HOME="$lib_tmp/home$v" \
        GOCACHE="$("$GO" env GOCACHE)" "$GOMM" build -o "$lib_tmp/left" .
    changed=$(find "$("$GO" env GOROOT)/" -newer "$lib_tmp/stamp" | head -3)
    if [ -n "$changed" ]; then notok "$v: GOROOT is as it was" "$changed"; else ok "$v: GOROOT is as it was"; fi
    left=$(find "$lib_tmp/tmp$v" -mindepth 1 | head -3)
    if [ -n "$left" ]; then notok "$v: no temporary files stay" "$left"; else ok "$v: no temporary files stay"; fi
}

# Several links at once, into one cache.
at_once() {
    v=$GO_VERSION
    new_module "once$v"
    write_racy_program 0
    pids=
    for i in 1 2 3; do
        "$GOMM" build -ldflags="-X main.version=$i" -o "$lib_tmp/once$i" . &
        pids="$pids $!"
    done
    bad=0
    for pid in $pids; do wait "$pid" || bad=1; done
    for i in 1 2 3; do
        has_stock_runtime "$lib_tmp/once$i" && bad=1
        "$lib_tmp/once$i" >/dev/null 2>&1
        [ $? -eq 66 ] || bad=1
    done
    if [ $bad = 0 ]; then ok "$v: links at once"; else notok "$v: links at once" "one failed"; fi
}

for_each_go shared
for_each_go results
for_each_go programs
for_each_go nothing_left
for_each_go at_once
finish
