#!/bin/bash
# test_load.sh: the loader finds what `go list -deps -test` finds.
#
# Compared: import path, name, std, module with version and go line, what a pattern matched, Go files and cgo
# files in the order of compilation, imports after resolution, variants for tests.  The generated mains
# (p.test), and what only they need, are not ours.
. "$(dirname "$0")/../lib.sh"

eval_load=${GOMM%/*}/test/load/eval_load
[ -x "$eval_load" ] || { echo "no $eval_load: make units" >&2; exit 2; }
export GOPROXY=off
unset GOFLAGS GOOS GOARCH CGO_ENABLED GOEXPERIMENT GO111MODULE GOWORK

format='{{.ImportPath}}	{{.Name}}	{{.Standard}}	{{with .Module}}{{.Path}}	{{.Version}}	{{.GoVersion}}{{else}}		{{end}}	{{not .DepOnly}}	{{join .GoFiles ","}}	{{join .CgoFiles ","}}	{{join .Imports ","}}'

# differences WANT GOT: what go list and the loader say differently.
differences() {
    awk -F'\t' '
    function sorted(s,   n, v, i, j, t, out) {
        n = split(s, v, ",")
        for (i = 2; i <= n; i++) {
            t = v[i]
            for (j = i - 1; j > 0 && v[j] > t; j--) v[j + 1] = v[j]
            v[j + 1] = t
        }
        for (i = 1; i <= n; i++) if (i == 1 || v[i] != v[i - 1]) out = out (out == "" ? "" : ",") v[i]
        return out
    }
    BEGIN { OFS = "\t" }
    $1 ~ /_test \[/ { $3 = "-" } # go says of external tests of std that they are none of it
    $1 ~ /\.test$/ { $10 = "" }
    { $10 = sorted($10) }
    FILENAME == ARGV[1] { want[$1] = $0; imports[$1] = $10; matched[$1] = $7; next }
    {
        got[$1] = $0
        if (!($1 in want)) print "extra: " $0
        else if (want[$1] != $0) { print "got:  " $0; print "want: " want[$1] }
    }
    END {
        for (p in want)
            if (matched[p] == "true" && p !~ /\.test$/ && (p !~ / / || want[p] ~ /_test\.go/)) {
                stack[++top] = p
                seen[p] = 1
            }
        while (top > 0) {
            p = stack[top--]
            n = split(imports[p], v, ",")
            for (i = 1; i <= n; i++) if ((v[i] in want) && !seen[v[i]]) { seen[v[i]] = 1; stack[++top] = v[i] }
        }
        for (p in seen) { wanted++; if (!(p in got)) print "missing: " want[p] }
        if (wanted == 0) print "go list named no package"
    }' "$1" "$2"
}

# same NAME GO "flags of go list" "flags of eval_load" patterns...
same() {
    local name=$1 go=$2 gf=$3 lf=$4 root
    shift 4
    root=$("$go" env GOROOT)
    # Go 1.20 and newer make variants for profiles, which change no source.
    case $("$go" env GOVERSION) in go1.19*) ;; *) gf="$gf -pgo=off" ;; esac
    # shellcheck disable=SC2086
    if ! "$go" list -deps -test $gf -f "$format" "$@" >"$lib_tmp/want" 2>"$lib_tmp/want.err"; then
        notok "$name" "go list: $(head -n 3 "$lib_tmp/want.err" | tr '\n' ' ')"
        return
    fi
    # shellcheck disable=SC2086
    if ! "$eval_load" "-goroot=$root" $lf -test "$@" >"$lib_tmp/got" 2>"$lib_tmp/got.err"; then
        notok "$name" "$(head -n 1 "$lib_tmp/got.err")"
        return
    fi
    differences "$lib_tmp/want" "$lib_tmp/got" >"$lib_tmp/diff"
    if [ -s "$lib_tmp/diff" ]; then
        notok "$name" "$(wc -l <"$lib_tmp/diff") differences"
        cut -c1-400 "$lib_tmp/diff" | head -n 6
    elif [ -s "$lib_tmp/got.err" ]; then
        notok "$name" "errors: $(head -n 3 "$lib_tmp/got.err")"
    else
        ok "$name"
    fi
}

# says NAME WANT flags and patterns...: one of the errors is WANT, as file:line:col: text | remedy.
says() {
    local name=$1 want=$2
    shift 2
    "$eval_load" -errors "$@" | sed 's/^[^\t]*\t//' >"$lib_tmp/says" 2>&1
    if grep -Fxq -- "$want" "$lib_tmp/says"; then
        ok "$name"
    else
        notok "$name" "want: $want"
        sed 's/^/  got: /' "$lib_tmp/says"
    fi
}

# -- the standard library and commands -----------------------------------------------------------
cd "$lib_tmp" || exit 2
same std+cmd "$GOMM_GO" "" "" std cmd
same std-race-tags "$GOMM_GO" "-race -tags=purego,netgo" "-race -tags=purego,netgo" std
CGO_ENABLED=0 same std-nocgo "$GOMM_GO" "" "" std
for platform in windows/amd64 darwin/arm64 js/wasm linux/386; do
    GOOS=${platform%/*} GOARCH=${platform#*/} same "std-$platform" "$GOMM_GO" "" "" std
done
if [ -n "$GOMM_GO119" ]; then
    same std+cmd-1.19 "$GOMM_GO119" "" "" std cmd
    for platform in windows/arm64 illumos/amd64 linux/s390x; do
        GOOS=${platform%/*} GOARCH=${platform#*/} same "std-1.19-$platform" "$GOMM_GO119" "" "" std
    done
else
    skip std+cmd-1.19 "no Go 1.19"
fi
same wildcards "$GOMM_GO" "" "" net/... .../template encoding/... fmt

# -- this repository -------------------------------------------------------------------------------
cd "$GOMM_ROOT" || exit 2
same exercises "$GOMM_GO" "" "" ./exercises/...
cd exercises/ex01_escape || exit 2
same here "$GOMM_GO" "" "" . ../ex02_visibility/...
same files "$GOMM_GO" "" "" ex01_escape.go

# -- modules of the cache --------------------------------------------------------------------------
cache=$("$GOMM_GO" env GOMODCACHE)
modules=0
for module in "$cache"/go.etcd.io/raft/v3@* "$cache"/go.uber.org/zap@* "$cache"/golang.org/x/sys@* \
    "$cache"/github.com/nats-io/nats-server/v2@* "$cache"/golang.org/x/sync@* \
    "$cache"/github.com/prometheus/client_golang@* "$cache"/github.com/puzpuzpuz/xsync/v3@*; do
    [ -f "$module/go.mod" ] || continue
    cd "$module" || continue
    # Only what needs no network: go list itself must be content.
    "$GOMM_GO" list -deps -test ./... >/dev/null 2>&1 || continue
    same "module ${module#"$cache"/}" "$GOMM_GO" "" "" ./...
    modules=$((modules + 1))
done
[ $modules -ge 3 ] || skip modules "only $modules modules with all dependencies in the module cache"

# -- a module of our own: replace, exclude, tests, internal, embed, cgo, constraints -----------------
mkdir -p "$lib_tmp/m/in/internal/deep" "$lib_tmp/m/x/testdata/no" "$lib_tmp/m/_no" "$lib_tmp/m/.no" \
    "$lib_tmp/m/sub" "$lib_tmp/m/tagged" "$lib_tmp/m/c" "$lib_tmp/dep/v" "$lib_tmp/m/cmd/tool"
cd "$lib_tmp/m" || exit 2
cat >go.mod <<'END'
module example.org/m // the main one

go 1.21

require (
	example.org/dep v1.2.3
	"example.org/other/v2" v2.0.0 // indirect
)

exclude example.org/dep v1.2.4

replace example.org/dep => ../dep

replace example.org/other/v2 v2.0.0 => ../other
END
printf 'module example.org/dep\n\ngo 1.18\n\nrequire example.org/other/v2 v2.0.0\n' >../dep/go.mod
printf 'package dep\n\nimport _ "example.org/other/v2"\n' >../dep/dep.go
printf 'package v\n' >../dep/v/v.go
mkdir -p ../other && printf 'module example.org/other/v2\n' >../other/go.mod
printf 'package other\n' >../other/other.go
cat >m.go <<'END'
// Package m.
package m

import (
	"fmt"
	str "strings"

	_ "example.org/dep"
	. "example.org/m/in"
)

var _ = fmt.Sprint(str.ToUpper(In))
END
printf 'package m\n\nimport (\n\t"embed"\n\t"testing"\n)\n\n//go:embed m.go "go.mod"\nvar fs embed.FS\n\nfunc TestM(t *testing.T) {}\n' >m_test.go
printf 'package m_test\n\nimport (\n\t_ "example.org/m"\n\t_ "example.org/m/x"\n\t"testing"\n)\n\nfunc TestX(t *testing.T) {}\n' >x_test.go
printf 'package in\n\nimport _ "example.org/m/in/internal/deep"\n\nvar In = ""\n' >in/in.go
printf 'package deep\n' >in/internal/deep/d.go
printf 'package x\n\nimport _ "example.org/m"\n' >x/x.go
printf 'package no\n' | tee x/testdata/no/no.go _no/no.go >.no/no.go
printf 'module example.org/m/sub\n' >sub/go.mod
printf 'package sub\n' >sub/sub.go
printf '//go:build special\n\npackage tagged\n' >tagged/a.go
printf '// +build !special\n\npackage tagged\n\nimport _ "os"\n' >tagged/b.go
printf 'package tagged\n' | tee tagged/c_windows.go tagged/d_unix.go tagged/e_linux_test.go >tagged/f_amd64.go
printf 'package tagged\n\nimport "C"\n' >tagged/cgo.go
printf 'package c\n\n// int x;\nimport "C"\n\nvar X = C.x\n' >c/c.go
printf 'int y;\n' >c/y.c
printf 'package main\n\nfunc main() {}\n' >cmd/tool/main.go
for flags in "" "-tags=special" "-race"; do
    same "module $flags" "$GOMM_GO" "$flags" "$flags" ./...
done
GOFLAGS='-tags=special "-race"' same "module, GOFLAGS" "$GOMM_GO" "" "" ./...
CGO_ENABLED=0 same "module without cgo" "$GOMM_GO" "" "" . ./in/... ./tagged
same "module by path" "$GOMM_GO" "" "" example.org/m/... example.org/dep/v
same "module in the middle" "$GOMM_GO" "" "" ./.../internal/...
cd in || exit 2
same "module from below" "$GOMM_GO" "" "" .. ./... ../x
cd .. || exit 2
"$GOMM_GO" list all | sort >"$lib_tmp/want"
"$eval_load" all 2>&1 | awk -F'\t' '$7 == "true" { print $1 }' | sort >"$lib_tmp/got"
if cmp -s "$lib_tmp/want" "$lib_tmp/got"; then
    ok "pattern all"
else
    notok "pattern all" "$(diff "$lib_tmp/want" "$lib_tmp/got" | head -n 5 | tr '\n' ' ')"
fi
if [ "$("$eval_load" -embeds -test . | grep '^example.org/m \[')" = "$(printf 'example.org/m [example.org/m.test]\tm.go\tgo.mod')" ]; then
    ok embeds
else
    notok embeds "$("$eval_load" -embeds -test . | tail -n 3)"
fi
[ -z "$GOMM_GO119" ] || same "module, Go 1.19" "$GOMM_GO119" "" "" ./...

# -- overlay -----------------------------------------------------------------------------------------
printf 'package in\n\nimport _ "sort"\n\nvar In = ""\n' >"$lib_tmp/over.go"
printf '{"Replace": {"%s/in/in.go": "%s/over.go", "in/new/new.go": "%s/other/other.go", "x/x.go": ""}}' \
    "$PWD" "$lib_tmp" "$lib_tmp" >"$lib_tmp/overlay.json"
same overlay "$GOMM_GO" "-overlay=$lib_tmp/overlay.json" "-overlay=$lib_tmp/overlay.json" ./in/...

# -- vendor ------------------------------------------------------------------------------------------
if "$GOMM_GO" mod vendor 2>"$lib_tmp/err"; then
    same vendor "$GOMM_GO" "" "" ./...
    same "vendor, example.org/..." "$GOMM_GO" "" "" example.org/...
    same "vendor but -mod=readonly" "$GOMM_GO" -mod=readonly -mod=readonly ./...
    sed -i '/^# example.org\/dep => /d' vendor/modules.txt
    "$eval_load" -errors ./... >"$lib_tmp/out"
    grep -q 'inconsistent vendoring' "$lib_tmp/out" &&
        grep -q 'example.org/dep: is replaced in go.mod, but not marked as replaced' "$lib_tmp/out" &&
        ok "inconsistent vendoring" || notok "inconsistent vendoring" "$(cat "$lib_tmp/out")"
    rm -rf vendor

    # A package that is nowhere: the words say why nobody looked for it.
    mkdir -p "$lib_tmp/none/vendor" && cd "$lib_tmp/none" || exit 2
    printf 'module example.org/none\n' >go.mod
    printf 'package none\n\nimport _ "example.org/not/here"\n' >none.go
    none() { # name go-line flags
        sed -i '2,$d' go.mod
        [ -z "$2" ] || printf 'go %s\n' "$2" >>go.mod
        GOFLAGS=$3 "$GOMM_GO" build . 2>&1 | grep -v '^go: ' >"$lib_tmp/want"
        GOFLAGS=$3 "$GOMM" typecheck . 2>&1 | sed -e '/^#/d; /^\ttry: /d' -e 's|^\./||' >"$lib_tmp/out"
        [ -s "$lib_tmp/want" ] && diff "$lib_tmp/want" "$lib_tmp/out" >"$lib_tmp/diff" &&
            ok "no package, $1" || notok "no package, $1" "$(cat "$lib_tmp/diff")"
    }
    none "vendor directory" 1.21 ""
    none "-mod=vendor" 1.13 -mod=vendor
    none "-mod=readonly" 1.21 -mod=readonly
    none "old go line" 1.13 ""
    none "no go line" "" ""
    cd "$lib_tmp/m" || exit 2
else
    notok vendor "$(cat "$lib_tmp/err")"
fi

# -- go.work -----------------------------------------------------------------------------------------
cd "$lib_tmp" || exit 2
printf 'go 1.21\n\nuse (\n\t./m\n\t./m/sub\n\t./dep\n)\n\nreplace example.org/other/v2 => ./other2\n' >go.work
cp -r other other2 && printf 'package other\n\nimport _ "bytes"\n' >other2/other.go
cp m/go.mod go.mod.m
sed -i '/example.org\/dep/d' m/go.mod
cd m || exit 2
same work "$GOMM_GO" "" "" ./... example.org/m/sub example.org/dep/...
rm ../go.work
sed '/=> ..\/dep$/d' ../go.mod.m >go.mod
says "not in go.sum" "m.go:8:2: missing go.sum entry for module providing package example.org/dep (imported by example.org/m); to add:" .
says "not in go.sum, by path" "missing go.sum entry for module providing package example.org/dep; to add:" example.org/dep
echo 'example.org/dep v1.2.3 h1:AAAA' >go.sum
says "not in the module cache" \
    "m.go:8:2: example.org/dep@v1.2.3: module lookup disabled by GOPROXY=off | go mod download example.org/dep@v1.2.3" .
rm go.sum
cp ../go.mod.m go.mod

# -- module graphs ---------------------------------------------------------------------------------------
# Minimal version selection, pruning, replace, exclude, a workspace of two modules.
graph() { # name flags patterns...: as `same`, if the go command itself is content
    local name=$1 flags=$2
    shift 2
    if "$GOMM_GO" list -deps -test "$@" >/dev/null 2>&1; then
        same "$name" "$GOMM_GO" "$flags" "$flags" "$@"
        graphs=$((graphs + 1))
    fi
}
graphs=0
cd "$lib_tmp" || exit 2
if "$GOMM_GO" build -o generate "$GOMM_ROOT/test/load/generate.go"; then
    for seed in 1 2 3 4; do
        ./generate -seed $seed -dir "$lib_tmp/g$seed"
        export GOMODCACHE=$lib_tmp/g$seed/cache GOPROXY=file://$lib_tmp/g$seed/proxy GOSUMDB=off
        for main in main second; do
            cd "$lib_tmp/g$seed/$main" || exit 2
            GOFLAGS=-modcacherw "$GOMM_GO" mod tidy >/dev/null 2>&1
            GOFLAGS=-modcacherw "$GOMM_GO" mod download all >/dev/null 2>&1
            graph "graph $seed $main" "" ./...
        done
        graph "graph $seed all modules" "" example.org/... example.com/...
        cd .. || exit 2
        GOFLAGS=-modcacherw "$GOMM_GO" work init ./main ./second >/dev/null 2>&1
        GOFLAGS=-modcacherw "$GOMM_GO" work sync >/dev/null 2>&1
        graph "graph $seed workspace" "" ./main/... ./second/...
        graph "graph $seed workspace, all modules" "" example.org/...
        cd "$lib_tmp" || exit 2
        rm -rf "g$seed"
    done
    unset GOMODCACHE GOSUMDB
    export GOPROXY=off
fi
[ $graphs -ge 10 ] || notok "module graphs" "only $graphs could be compared"

# -- GOPATH mode ---------------------------------------------------------------------------------------
mkdir -p "$lib_tmp/gopath/src/old.org/a/vendor/v.org/v" "$lib_tmp/gopath/src/old.org/b/internal/i"
cd "$lib_tmp/gopath/src/old.org" || exit 2
printf 'package a\n\nimport (\n\t_ "old.org/b"\n\t_ "v.org/v"\n\t_ "net/http"\n)\n' >a/a.go
printf 'package v\n' >a/vendor/v.org/v/v.go
printf 'package b\n\nimport _ "old.org/b/internal/i"\n' >b/b.go
printf 'package i\n' >b/internal/i/i.go
printf 'package b_test\n\nimport _ "old.org/a"\n' >b/b_test.go
export GO111MODULE=off GOPATH=$lib_tmp/gopath
same gopath "$GOMM_GO" "" "" ./...
same "gopath by path" "$GOMM_GO" "" "" old.org/... fmt
printf 'package b\n\nimport _ "v.org/v"\n' >b/c.go
says "gopath: not found" "$lib_tmp/gopath/src/v.org/v (from \$GOPATH) | put its source below GOPATH/src, or use modules (GO111MODULE=on)" ./b
unset GO111MODULE GOPATH

# -- errors, in the go command's words -------------------------------------------------------------------
mkdir -p "$lib_tmp/e"/{none,tests,excluded,two,prog,cycle1,cycle2,self,tcyc,tdep,csrc,intern,badpath,import}
cd "$lib_tmp/e" || exit 2
printf 'module example.org/e\n\ngo 1.21\n' >go.mod
echo text >none/readme
printf 'package tests\n' >tests/t_test.go
printf '//go:build never\n\npackage excluded\n' >excluded/x.go
printf 'package one\n' >two/a.go
printf 'package two\n' >two/b.go
printf 'package main\n\nfunc main() {}\n' >prog/p.go
printf 'package cycle1\n\nimport _ "example.org/e/cycle2"\n' >cycle1/c.go
printf 'package cycle2\n\nimport _ "example.org/e/cycle1"\n' >cycle2/d.go
printf 'package self\n\nimport _ "example.org/e/self"\n' >self/s.go
printf 'package tcyc\n' >tcyc/t.go
printf 'package tcyc\n\nimport _ "example.org/e/tdep"\n' >tcyc/t_test.go
printf 'package tdep\n\nimport _ "example.org/e/tcyc"\n' >tdep/t.go
printf 'package csrc\n' >csrc/c.go
printf 'int x;\n' | tee csrc/x.c >csrc/y.c
printf 'package intern\n\nimport _ "internal/abi"\n' >intern/i.go
printf 'package badpath\n\nimport (\n\t_ "a b"\n\t_ "example.org/e/none"\n\t_ "example.org/e/tests"\n\t_ "example.org/e/excluded"\n\t_ "example.org/e/prog"\n\t_ "no/such"\n\t_ "example.net/no/such"\n\t_ "vendor/x"\n\t_ "./rel"\n\t_ "/abs"\n\t_ "a//b"\n\t_ "all"\n)\n' >badpath/b.go
src=$("$GOMM_GO" env GOROOT)/src
says "no Go files" "no Go files in $PWD/none" ./none
says "no directory" "stat $PWD/nowhere: directory not found" ./nowhere
says "excluded" "build constraints exclude all Go files in $PWD/excluded" ./excluded
says "two packages" "found packages one (a.go) and two (b.go) in $PWD/two" ./two
says "import cycle" "imports example.org/e/cycle1 from d.go: import cycle not allowed" ./cycle1
says "import of itself" "imports example.org/e/self from s.go: import cycle not allowed" ./self
says "import cycle in test" "imports example.org/e/tcyc from t.go: import cycle not allowed in test" -test ./tcyc
says "C files" "C source files not allowed when not using cgo or SWIG: x.c y.c" ./csrc
says "internal" "i.go:3:8: use of internal package internal/abi not allowed" ./intern
says "invalid path" "b.go:4:2: invalid import path: a b" ./badpath
says "malformed path" "b.go:14:2: malformed import path \"a//b\": double slash" ./badpath
says "import of a pattern" "b.go:15:2: \"all\" is not an importable package; see 'go help packages'" ./badpath
says "import without Go files" "b.go:5:2: no required module provides package example.org/e/none; to add it:" ./badpath
says "import of tests" "b.go:6:2: no non-test Go files in $PWD/tests" ./badpath
says "import of excluded" "b.go:7:2: build constraints exclude all Go files in $PWD/excluded" ./badpath
says "import of a program" "b.go:8:2: import \"example.org/e/prog\" is a program, not an importable package" ./badpath
says "not in std" "b.go:9:2: package no/such is not in std ($src/no/such)" ./badpath
says "no module" "b.go:10:2: no required module provides package example.net/no/such; to add it:" ./badpath
says "relative import" "b.go:12:2: \"./rel\" is relative, but relative import paths are not supported in module mode" ./badpath
says "absolute import" "b.go:13:2: \"/abs\" is not a package path; see 'go help packages'" ./badpath
says "package named that is not there" "package no/such is not in std ($src/no/such)" no/such
says "nothing matched" "warning: \"nosuch/...\" matched no packages" nosuch/...
says "outside" "directory ../m outside main module or its selected dependencies" ../m
printf 'go 1.20\n' >go.mod
says "go.mod without module" "error reading go.mod: missing module declaration. To specify the module path:" ./intern
printf 'modul x\n' >go.mod
says "go.mod" "go.mod:1: unknown directive: modul" ./intern
printf 'module example.org/e\n\ngo 1.99\n' >go.mod
says "go.mod of a newer Go" "go.mod requires go >= 1.99 (running go $("$GOMM_GO" env GOVERSION | cut -c3-))" ./intern
mkdir "$lib_tmp/nowhere" && cd "$lib_tmp/nowhere" || exit 2
printf 'package x\n\nimport _ "example.org/q"\n' >x.go
says "no go.mod" "pattern ./...: directory prefix . does not contain main module or its selected dependencies | go mod init" ./...
says "no go.mod: file" "x.go:3:8: no required module provides package example.org/q: go.mod file not found in current directory or any parent directory; see 'go help modules' | go mod init" x.go

finish
