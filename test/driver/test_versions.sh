#!/bin/bash
# Versions of Go, platforms and runtimes that do not fit are refused with a message that helps.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/modules.sh"
unset GORACE GOMM_RUNTIME GOMM_INHERIT GOFLAGS
real_go=$GOMM_GO
[ -n "$real_go" ] || real_go=$(command -v go)

# A go command that claims another version and otherwise is the real one.
fake_go() { # version
    mkdir -p "$lib_tmp/fake"
    cat >"$lib_tmp/fake/go" <<EOF
#!/bin/sh
if [ "\$1" = env ]; then
    "$real_go" "\$@" | sed 's/"GOVERSION": ".*"/"GOVERSION": "$1"/'
    exit
fi
exec "$real_go" "\$@"
EOF
    chmod +x "$lib_tmp/fake/go"
}

new_module v
write_racy_program 0

for v in go1.18.10 go1.27.1 go1.100 "devel go1.30-0a1b2c3 Mon"; do
    fake_go "$v"
    expect "$v" 2 env PATH="$lib_tmp/fake:$PATH" "$GOMM" build .
    contains "$v is named" "$lib_tmp/err" "not made for $v"
    contains "$v: so is what is supported" "$lib_tmp/err" 'Go 1\.19 to 1\.26 on linux/amd64'
    contains "$v: and the way out" "$lib_tmp/err" '-gomm\.runtime=stock'
    expect "$v: which works" 0 env PATH="$lib_tmp/fake:$PATH" "$GOMM" build -gomm.runtime=stock -o out .
    expect "$v: check" 2 env PATH="$lib_tmp/fake:$PATH" "$GOMM" check .
    expect "$v: -h still helps" 2 env PATH="$lib_tmp/fake:$PATH" "$GOMM" build -h
done
for v in go1.19.8 go1.26.8 go1.24rc1 "go1.26-devel_0a1b2c3"; do
    fake_go "$v"
    expect "$v" 0 env PATH="$lib_tmp/fake:$PATH" "$GOMM" build -n .
done

# No Go, a broken one, and a go that cannot tell.
mkdir -p "$lib_tmp/empty"
for cmd in "build ." "test" "run ." "check ./..." "env"; do
    # shellcheck disable=SC2086
    expect "no go: $cmd" 2 env PATH="$lib_tmp/empty" "$GOMM" $cmd
    cat "$lib_tmp/out" >>"$lib_tmp/err"
    contains "no go: $cmd: is told" "$lib_tmp/err" 'no go command on PATH'
    contains "no go: $cmd: with a remedy" "$lib_tmp/err" 'https://go\.dev/dl/'
done
printf '#!/bin/sh\necho "go: GOROOT is lost" >&2\nexit 3\n' >"$lib_tmp/empty/go"
chmod +x "$lib_tmp/empty/go"
expect "a go that fails keeps its status" 3 env PATH="$lib_tmp/empty:/usr/bin:/bin" "$GOMM" build .
contains "a go that fails keeps its words" "$lib_tmp/err" '^go: GOROOT is lost$'
expect "a go that fails: check" 2 env PATH="$lib_tmp/empty:/usr/bin:/bin" "$GOMM" check .
contains "a go that fails: check says so" "$lib_tmp/err" 'GOROOT is lost'
printf '#!/bin/sh\necho nonsense\n' >"$lib_tmp/empty/go"
expect "a go that talks nonsense: env" 0 env PATH="$lib_tmp/empty:/usr/bin:/bin" "$GOMM" env

# Other platforms, and no cgo.
expect "GOARCH=arm64" 2 env GOARCH=arm64 "$GOMM" build .
contains "GOARCH=arm64 is named" "$lib_tmp/err" 'linux/arm64'
contains "GOARCH=arm64: what is supported" "$lib_tmp/err" 'linux/amd64'
expect "GOOS=windows" 2 env GOOS=windows "$GOMM" test .
contains "GOOS=windows is named" "$lib_tmp/err" 'windows/amd64'
expect "CGO_ENABLED=0" 2 env CGO_ENABLED=0 "$GOMM" test .
contains "CGO_ENABLED=0: go's words" "$lib_tmp/err" 'race requires cgo; enable cgo by setting CGO_ENABLED=1'
contains "CGO_ENABLED=0: and a remedy" "$lib_tmp/err" 'C compiler'
expect "CGO_ENABLED=0 without race" 0 env CGO_ENABLED=0 "$GOMM" build -race=false -o out .

# Another Go than the one on PATH, as a toolchain line in go.mod would bring it.
outer=$("$real_go" env GOVERSION)
case $outer in
go1.19* | go1.20*) skip "another toolchain" "$outer cannot switch" ;;
*)
    if [ -n "$GOMM_GO119" ]; then
        other=$("$GOMM_GO119" env GOVERSION)
        mkdir -p "$lib_tmp/toolchain" && ln -sf "$GOMM_GO119" "$lib_tmp/toolchain/$other"
        expect "another toolchain" 0 env GOTOOLCHAIN="$other" PATH="$PATH:$lib_tmp/toolchain" \
            "$GOMM" build -o switched .
        expect "another toolchain: which" 0 "$real_go" version switched
        contains "another toolchain: it is" "$lib_tmp/out" "$other"
        if has_stock_runtime switched; then
            notok "another toolchain: gomm's runtime" "Go's own is inside"
        else
            ok "another toolchain: gomm's runtime"
        fi
        expect "another toolchain: finds the race" 66 ./switched
    else
        skip "another toolchain" "no Go 1.19 here"
    fi ;;
esac

# The link step by itself: it must notice what the outer command could not know, since a
# toolchain line in go.mod may bring another Go.
mkdir -p "$lib_tmp/tools"
printf '#!/bin/sh\necho "link version %s"\n' go1.30.1 >"$lib_tmp/tools/link"
chmod +x "$lib_tmp/tools/link"
expect "the link of go1.30" 2 "$GOMM" toolexec "$lib_tmp/tools/link" -V=full
contains "the link of go1.30 is named" "$lib_tmp/err" 'go1\.30\.1'
contains "the link of go1.30: what is supported" "$lib_tmp/err" 'Go 1\.19 to 1\.26'
version() { # name, what link says, what it must become
    printf '#!/bin/sh\necho "%s"\n' "$2" >"$lib_tmp/tools/link"
    expect "$1" 0 "$GOMM" toolexec "$lib_tmp/tools/link" -V=full
    contains "$1: the answer" "$lib_tmp/out" "$3"
}
version "a release" "link version go1.26.8" '^link version go1\.26\.8 gomm:[0-9a-f]{32}$'
version "experiments" "link version go1.21.1 X:boringcrypto" '^link version go1\.21\.1 X:boringcrypto gomm:[0-9a-f]{32}$'
version "a development version" "link version devel go1.26-0a1b Mon buildID=a/b/c/d" \
    '^link version devel go1\.26-0a1b Mon buildID=a/b/c/d\.gomm:[0-9a-f]{32}$'
printf '#!/bin/sh\necho what >&2\nexit 9\n' >"$lib_tmp/tools/link"
expect "a link that fails keeps its status" 9 "$GOMM" toolexec "$lib_tmp/tools/link" -V=full
printf '#!/bin/sh\necho "$0 $*"\n' >"$lib_tmp/tools/compile"
chmod +x "$lib_tmp/tools/compile"
expect "other tools are run as they are" 0 "$GOMM" toolexec "$lib_tmp/tools/compile" -V=full
contains "and their version is not touched" "$lib_tmp/out" 'tools/compile -V=full$'
expect "a tool that is not there" 2 "$GOMM" toolexec /no/such/compile
expect "toolexec without a tool" 2 "$GOMM" toolexec
expect "toolexec with an unknown flag" 2 "$GOMM" toolexec -nosuch /bin/true

# Runtimes that do not fit.
printf 'void __tsan_init(void) {}\nvoid __tsan_fini(void) {}\n' >"$lib_tmp/rt.c"
"${CC:-gcc}" -c -o "$lib_tmp/rt.o" "$lib_tmp/rt.c"
expect "a runtime without all entry points" 1 "$GOMM" build -gomm.runtime="$lib_tmp/rt.o" .
contains "names those that are missing" "$lib_tmp/err" 'lacks: __tsan_proc_create, __tsan_proc_destroy'
contains "and the way out" "$lib_tmp/err" '-gomm\.runtime=stock'
expect "a runtime that is none" 2 "$GOMM" build -gomm.runtime="$lib_tmp/rt.c" .
contains "is explained" "$lib_tmp/err" 'not a race runtime'
expect "a runtime that is not there" 2 env GOMM_RUNTIME=/no/such.o "$GOMM" build .
contains "is named" "$lib_tmp/err" '/no/such\.o: no such file'
expect "-gomm.runtime without a value" 2 "$GOMM" build -gomm.runtime
expect "an unknown flag of gomm's" 2 "$GOMM" build -gomm.nosuch .
contains "is refused" "$lib_tmp/err" 'flag provided but not defined: -gomm\.nosuch'

# Archives that do not fit.
link_step() { # name, importcfg text, status, pattern
    mkdir -p "$lib_tmp/b001"
    printf '%s\n' "$2" >"$lib_tmp/b001/importcfg.link"
    printf '#!/bin/sh\necho "linked $*"\n' >"$lib_tmp/tools/link"
    expect "$1" "$3" "$GOMM" toolexec "$lib_tmp/tools/link" -o x -importcfg "$lib_tmp/b001/importcfg.link" -s -w -buildmode=exe main.a
    cat "$lib_tmp/err" >>"$lib_tmp/out"
    contains "$1: is told" "$lib_tmp/out" "$4"
}
printf '!<arch>\n' >"$lib_tmp/none.a"
echo 'no archive' >"$lib_tmp/bad.a"
link_step "a link without the race detector" "packagefile fmt=$lib_tmp/none.a" 0 'importcfg\.link -s -w -buildmode=exe main\.a$'
link_step "no race runtime in the archives" "packagefile runtime/race=$lib_tmp/none.a" 2 'no known race runtime'
link_step "a damaged archive" "packagefile runtime/race=$lib_tmp/bad.a" 2 'not a Go archive'
link_step "an archive that is not there" "packagefile runtime/race=$lib_tmp/nosuch.a" 2 'no such file'
expect "an importcfg that is not there" 2 "$GOMM" toolexec "$lib_tmp/tools/link" -importcfg "$lib_tmp/nosuch"
finish
