#!/bin/bash
# test_limits.sh: types that have no end, or none that anybody would wait for: gomm typecheck says something, or
# nothing, within seconds and a gigabyte.  Each line of a program doubles what the one before stands for, or adds to
# a chain of thousands.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$lib_tmp/m" && cd "$lib_tmp/m" || exit 2
printf 'module m\n\ngo 1.23\n' >go.mod

# lines N FORMAT: FORMAT for i = 0 .. N-1, in which @ is i and # is i + 1.
lines() {
    awk -v n="$1" -v f="$2" 'BEGIN { for (i = 0; i < n; i++) { s = f; gsub(/@/, i, s); gsub(/#/, i + 1, s); print s } }'
}

# check NAME STATUS [PATTERN]: the program is standard input.
check() {
    local name=$1 want=$2
    mkdir -p "$name" && cat >"$name/a.go"
    (ulimit -v 2000000 && timeout 30 "$GOMM" typecheck "./$name") >"$lib_tmp/out" 2>&1
    local got=$?
    if [ "$got" -ne "$want" ]; then
        notok "$name" "exit status $got: $(head -c 300 "$lib_tmp/out")"
    elif [ $# -gt 2 ] && ! grep -Eq -e "$3" "$lib_tmp/out"; then
        notok "$name" "no line matches $3: $(head -c 300 "$lib_tmp/out")"
    else
        ok "$name"
    fi
}

many=60
deep=20000

{ printf 'package p\nimport "unsafe"\nvar a, b T0\nvar e = a == b\nconst s = unsafe.Sizeof(a)\ntype T%d struct{}\n' $many
    lines $many 'type T@ struct{ a, b T# }'; } | check struct_doubles 1 'too large|not constant'
{ printf 'package p\ntype A0 = struct{ x int }\ntype N A%d\nvar a, b N\nvar e = a == b\nvar c A%d = 1\n' $many $many
    lines $many 'type A# = struct{ a, b A@ }'; } | check alias_doubles 1 'cannot use 1'
{ printf 'package p\nimport "unsafe"\ntype G[T any] struct{ a, b T }\nvar x '
    lines $many 'G[' | tr -d '\n'; printf int; lines $many ']' | tr -d '\n'
    printf '\nvar n int = x\nconst s = unsafe.Sizeof(x)\n'; } | check argument_doubles 1 'cannot use x'
{ printf 'package p\nvar x G0[int]\ntype G%d[T any] struct{}\n' $many
    lines $many 'type G@[T any] struct{ a G#[T]; b G#[[1]T]; c G#[T] }'; } | check instances_double 0
{ printf 'package p\ntype P[A, B any] struct{ f interface{ m(A, B) } }\nfunc F[T any](T) {}\nfunc (P[A, B]) M() P[B, A]\n'
    printf 'type X0 = P[int, int]\nvar x X%d\nvar y X0 = x\nvar z = x.M().M().f.m\nfunc f() { F(x) }\n' $many
    lines $many 'type X# = P[X@, X@]'; } | check names_double 1 'cannot use x'
{ printf 'package p\ntype A0 struct{ q int }\ntype B0 struct{ M func() }\nvar v A%d\nvar i interface{ M() } = v\n' $many
    lines $many 'type A# struct{ *A@; *B@ }
type B# struct{ *A@; *B@ }'; } | check embedding_doubles 1 'cannot use v'
{ printf 'package p\ntype A0 = struct{ *int8 }\ntype B0 = struct{ r int }\nvar v A%d\nvar j = v.q\nvar k A0 = v\n' $many
    lines $many 'type A# = struct{ *A@; *B@ }
type B# = struct{ *A@; *B@ }'; } | check embedded_aliases 1 'cannot use v'
{ printf 'package p\ntype I interface{ '; lines 90 'I@ |' | tr '\n' ' '; printf 'int }\n'
    lines 90 'type I@ interface{ *T@ | []T@ }
type T@ int'; } | check union_of_unions 1 'cannot handle more than 100 union terms'
{ printf 'package p\nvar x ['; lines $many '[' | tr -d '\n'; printf int; lines $many ']t[a][b]' | tr -d '\n'
    printf ']int\n'; } | check indexed_types 1 'undefined: t'
{ printf 'package p\ntype T0 struct{ x int }\n'; lines $deep 'type T# struct{ t T@ }'
    printf 'var a, b T%d\nvar e = a == b\n' $deep; } | check struct_chain 0
{ printf 'package p\nvar e = a == a\nvar a T%d\n' $deep
    lines $deep 'type T# struct{ t T@ }' | tac; echo 'type T0 struct{ x int }'; } | check struct_chain_backwards 1 'nested too deeply'
{ printf 'package p\ntype I0 interface{ m() }\n'; lines $deep 'type I# interface{ I@ }'; } | check interface_chain 0
{ printf 'package p\ntype I interface {\n'; lines $deep '	m@()'; printf '}\ntype J interface { I; I }\nvar i I\nvar j J = i\n'; } |
    check many_methods 0
check cycles 1 'invalid recursive type' <<'EOF'
package p

import "unsafe"

type T struct {
	a [unsafe.Sizeof(T{})]int
	b T
}
type U struct{ a, b, c U }

var x [unsafe.Sizeof(U{})]int
var e = U{} == U{}

type V struct {
	*V
	W
}
type W struct{ V }

var q = V{}.nope

type A [len(A{})]int
type I interface{ I }
type J interface{ K }
type K interface{ J }

var z J
var zz = z.m

type G[P any] struct{ f *G[G[P]] }
type H[P any] struct{ f H[[]P] }

var h H[int]

type M[P M[P]] interface{}
type Q[A Q[A, B], B Q[B, A]] struct{}
EOF
finish
