#!/bin/bash
# test_layout.sh: struct types of some packages of std lie in memory as `gomm layout` says (long_layout.sh: all of
# them), by reflection and by DWARF; and what the command prints.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/layout.sh"

some="archive/tar bufio bytes compress/flate container/list encoding/json go/ast go/token net/textproto strings
text/template/parse"

layout_go() {
    # shellcheck disable=SC2086
    reflect_agrees "std amd64 $GO_VERSION" amd64 $some
    dwarf_agrees "DWARF amd64 $GO_VERSION" amd64 cmd/gofmt
}

for_each_go layout_go

# ---- the command ----

mkdir -p "$lib_tmp/m/sub" && cd "$lib_tmp/m" || exit 2
export GO111MODULE=on
printf 'module example.org/m\n\ngo 1.19\n' >go.mod
cat >a.go <<'EOF'
package m

import "unsafe"

type T struct {
	a bool
	b int64
	c bool
	S
	p *T
	e struct{}
}

type S struct {
	x int32
	y unsafe.Pointer
}

type G[P any] struct{ p P }

type A = T

type N int

var v int
EOF
echo 'package sub; type U struct { a, b byte }' >sub/u.go

expect "a type here" 0 "$GOMM" layout -arch=amd64 T
cat >want <<'EOF'
example.org/m.T on amd64: 56 bytes, alignment 8, 1 cache line of 64 bytes, 22 bytes of padding
declared at DIR/a.go:5:6

  offset     size  line     field      type
       0        1  0        a          bool
       1        7  0        (padding)
       8        8  0        b          int64
      16        1  0        c          bool
      17        7  0        (padding)
      24       16  0        S          (embedded) S
      40        8  0        p          *T
      48        0  0        e          struct{}
      48        8  0        (padding)

pointers in the first 48 bytes, at 32, 40
40 bytes (16 less) in the order e, b, S, p, a, c
EOF
sed -i "s|DIR|$(pwd)|" want
if diff want "$lib_tmp/out"; then ok "text"; else notok "text" "see above"; fi

expect "fields of fields" 0 "$GOMM" layout -all -arch=386 .T T
contains "a nested field" "$lib_tmp/out" '^ +16 +4 +0 +  x '
contains "32-bit words" "$lib_tmp/out" '^example.org/m.T on 386: 32 bytes, alignment 4, '
expect "a type elsewhere" 0 "$GOMM" layout ./sub.U example.org/m/sub.U sync.Mutex N
contains "by directory and by path" "$lib_tmp/out" '^example.org/m/sub.U on '
contains "no struct" "$lib_tmp/out" '^example.org/m.N on amd64: 8 bytes'
expect "type arguments" 0 "$GOMM" layout -arch=amd64 'G[int32]' 'G[map[string][4]*N]' 'sync/atomic.Pointer[time.Time]' \
    'G[G[[3]example.org/m/sub.U]]'
contains "a generic type" "$lib_tmp/out" '^example.org/m.G\[int32\] on amd64: 4 bytes'
contains "a type of another package" "$lib_tmp/out" '^sync/atomic.Pointer\[time.Time\] on amd64: 8 bytes'
contains "nested" "$lib_tmp/out" '^example.org/m.G\[G\[\[3\]example.org/m/sub.U\]\] on amd64: 6 bytes, alignment 1'
for wrong in 'G[]' 'G[int, int]' 'G[v]' 'G[int' 'G[*]' 'T[int]' 'G[[x]int]' 'G[G]' 'G[int]]' 'G[int;]'; do
    expect "no type: $wrong" 2 "$GOMM" layout "$wrong"
done
expect "packages" 0 "$GOMM" layout -packages -arch=arm64 ./...
contains "a line for each type" "$lib_tmp/out" '^ +56 +8 +1 +22 +48  example.org/m.T$'
lacks "no generic type" "$lib_tmp/out" 'm\.G'
expect "JSON" 0 "$GOMM" layout -json -arch=amd64 T
contains "JSON: padding" "$lib_tmp/out" '"padding": 22'
contains "JSON: pointers" "$lib_tmp/out" '"pointers": "000011"'

expect "no such type" 2 "$GOMM" layout Nope
contains "says which" "$lib_tmp/err" 'package example.org/m has no type Nope'
expect "a variable" 2 "$GOMM" layout v
contains "says that it is none" "$lib_tmp/err" 'v is not a type'
expect "a generic type" 2 "$GOMM" layout G
contains "says why" "$lib_tmp/err" 'G is generic'
expect "no such package" 2 "$GOMM" layout example.org/none.T
contains "the go command's words" "$lib_tmp/err" 'no required module provides package example.org/none'
expect "no argument" 2 "$GOMM" layout
echo 'package m; type Bad struct { b Bad }; var x int = ""' >bad.go
expect "errors in the package" 2 "$GOMM" layout Bad
contains "the compiler's words" "$lib_tmp/err" 'invalid recursive type: Bad refers to itself'
finish
