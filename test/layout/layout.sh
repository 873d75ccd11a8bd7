# layout.sh: what test_layout.sh and long_layout.sh share.  For bash; sourced after lib.sh.
# shellcheck shell=bash

# Without cgo: the layout of C's types is the C compiler's.
export CGO_ENABLED=0 GO111MODULE=off GOFLAGS=

# list ARCH PACKAGES...: what gomm says, in $lib_tmp/list.json.
layout_list() {
    local arch=$1
    shift
    rm -rf "$lib_tmp/gen" && mkdir "$lib_tmp/gen" &&
        (cd "$lib_tmp/gen" && "$GOMM" layout -json -all -packages -arch="$arch" "$@") >"$lib_tmp/list.json"
}

layout_ref() {
    [ -x "$lib_tmp/ref-$GO_VERSION" ] ||
        "$GO" build -o "$lib_tmp/ref-$GO_VERSION" "$GOMM_ROOT/test/layout/ref/main.go" || return 1
    "$lib_tmp/ref-$GO_VERSION" "$@"
}

# reflect_agrees NAME ARCH PACKAGES...: a program with the types of the packages finds by reflection what gomm
# said; it has to run here.
reflect_agrees() {
    local name=$1 arch=$2
    shift 2
    if layout_list "$arch" "$@" &&
        layout_ref gen "$lib_tmp/list.json" "$lib_tmp/gen" "$GOMM_ROOT/test/layout/compare/compare.go" \
            "$("$GO" env GOROOT)" &&
        (cd "$lib_tmp/gen" && GOARCH=$arch "$GO" build -overlay=overlay.json -o prog gommlayout) &&
        "$lib_tmp/gen/prog" "$lib_tmp/list.json"; then
        ok "$name"
    else
        notok "$name" "see above"
    fi
}

# dwarf_agrees NAME ARCH PACKAGE: of a program for any architecture.
dwarf_agrees() {
    local name=$1 arch=$2
    if layout_list "$arch" std &&
        (cd "$lib_tmp/gen" && GOARCH=$arch "$GO" build -o prog "$3") &&
        layout_ref dwarf "$lib_tmp/list.json" "$lib_tmp/gen/prog"; then
        ok "$name"
    else
        notok "$name" "see above"
    fi
}
