#!/bin/bash
# test_cache.sh: the disk cache of gomm escape: what is printed does not depend on it, whatever is in it.
# limit: 1200
. "$(dirname "$0")/common.sh"

cache=$lib_tmp/cache
entries=$cache/escape

off() { # arguments of gomm escape
    GOMM_CACHE=off "$GOMM" escape "$@" </dev/null
}
on() {
    GOMM_CACHE=$cache "$GOMM" escape "$@" </dev/null
}

# same NAME ARGUMENTS: with the cache as it is, and with what that has left in it, as without.
same() {
    local name=$1 first second want
    shift
    off "$@" >"$lib_tmp/want" 2>"$lib_tmp/want.err"
    want=$?
    on "$@" >"$lib_tmp/first" 2>"$lib_tmp/first.err"
    first=$?
    on "$@" >"$lib_tmp/second" 2>"$lib_tmp/second.err"
    second=$?
    if [ $first -ne $want ] || [ $second -ne $want ]; then
        notok "$name" "exit status $first, then $second, want $want"
        cat "$lib_tmp/first.err" "$lib_tmp/second.err"
        return 1
    fi
    # When a result was made is its own.
    sed -i '/^  "time\(_ns\)*": /d' "$lib_tmp/want" "$lib_tmp/first" "$lib_tmp/second"
    for i in first first.err second second.err; do
        if ! cmp -s "$lib_tmp/want${i#${i%%.err}}" "$lib_tmp/$i"; then
            notok "$name" "$i run is different"
            diff "$lib_tmp/want${i#${i%%.err}}" "$lib_tmp/$i" | head -n 10
            return 1
        fi
    done
    ok "$name"
}

# known NAME PATTERN ARGUMENTS: what -time says of the cache.
known() {
    local name=$1 pattern=$2
    shift 2
    on -m -time "$@" >"$lib_tmp/out" 2>"$lib_tmp/err"
    contains "$name" "$lib_tmp/err" "^cache  *$pattern"
}

# -- packages that use what is hard about others ----------------------------------------------------

cd "$GOMM_ROOT/test/escape/golden" || exit 2
for p in */; do
    case $p in cgo/) continue ;; esac
    same "golden/${p%/}" -m "./$p"
done
same "all of them, again" -m ./...
same "without inlining" -m -l ./...
same "as Go 1.19 decides" -m -go 1.19 ./basic ./generics ./inline
same "with dependencies" -m -deps ./user
same "for people" ./...
same "for people, why" -why ./user ./generics ./bodies
same "as JSON" -json ./user

# -- packages of std, their dependencies known -------------------------------------------------------

rm -rf "$cache"
for p in fmt net/http encoding/json go/types text/template slices maps log/slog crypto/tls testing; do
    same "std: $p" -m "$p"
done
known "nothing is analysed twice" '([0-9]+) of [0-9]+ packages known, [0-9]+ not read, 0 new$' net/http

# -- edits --------------------------------------------------------------------------------------------

rm -rf "$cache"
mkdir -p "$lib_tmp/m/base" "$lib_tmp/m/mid" "$lib_tmp/m/top" && cd "$lib_tmp/m" || exit 2
cat >go.mod <<'GO'
module example.org/m

go 1.24
GO
cat >base/base.go <<'GO'
package base

import "iter"

type T struct{ p *int }

func (t *T) Set(p *int) { t.p = p }
func (t T) Get() *int   { return t.p }

var sink any

func Keep(x any)    { sink = x }
func Use(x any) int { return len(names) }

func Small(x *int) *int { return x }

var names = [...]string{2: "a", 5: func() string { return "b" }()}

var table = map[string][]T{"x": {{nil}, {new(int)}}}

const N = len(names)

func All(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func Sum(s iter.Seq[int]) (n int) {
	for i := range s {
		n += i
	}
	return
}

type List[E any] struct {
	next *List[E]
	val  E
}

func (l *List[E]) Push(v E) *List[E] { return &List[E]{l, v} }

func Map[A, B any](v []A, f func(A) B) []B {
	var out []B
	for _, x := range v {
		out = append(out, f(x))
	}
	return out
}
GO
cat >mid/mid.go <<'GO'
package mid

import "example.org/m/base"

type M struct{ base.T }

func Wrap(p *int) *int { return base.Small(p) }

func Strings(v []int) []string {
	return base.Map(v, func(int) string { return "" })
}
GO
cat >top/top.go <<'GO'
package top

import (
	"example.org/m/base"
	"example.org/m/mid"
)

type O struct{ *mid.M }

func A() int {
	x, y := 1, 2
	base.Use(&x)
	base.Keep(&y)
	var z [base.N]int
	return *mid.Wrap(&z[0]) + base.Sum(base.All(3))
}

func B() *base.List[string] {
	var l *base.List[string]
	for _, s := range mid.Strings([]int{1}) {
		l = l.Push(s)
	}
	return l
}
GO
same "a module" -m ./...
known "all of it is known" "[0-9]+ of [0-9]+ packages known, [0-9]+ not read, 0 new$" ./...
echo '// an edit' >>top/top.go
known "after an edit one package is new" '[0-9]+ of [0-9]+ packages known, [0-9]+ not read, 1 new$' ./top
same "after an edit" -m ./top
sed -i 's/return len(names)/sink = x; return len(names)/' base/base.go
same "a dependency that lets a parameter escape" -m ./top
contains "it is seen" "$lib_tmp/second" 'moved to heap: x$'
sed -i 's,^func Small,//go:noinline\nfunc Small,' base/base.go
same "one that cannot be inlined any more" -m ./top ./mid
lacks "it is seen too" "$lib_tmp/second" 'inlining call to base.Small$'
sed -i 's/5: func/7: func/' base/base.go
same "the length of a table" -m ./...
same "the same without inlining" -m -l ./...
same "for another platform" -m -tags other ./...
GOARCH=386 same "for another architecture" -m ./...
same "for people, in a module" ./top
sed -i 's,^func A,//gomm:noalloc\nfunc A,' top/top.go
same "assertions look into callees" ./top
cat >base/base_test.go <<'GO'
package base

import "testing"

func TestKeep(t *testing.T) { Keep(Small(new(int))) }
GO
same "tests" -m -test ./...
same "packages alone, after tests" -m ./...
echo 'func Bad() int { return undefined }' >>mid/mid.go
same "errors in a dependency" -m ./top
same "errors in it" -m ./mid
sed -i '$d' mid/mid.go
same "no errors any more" -m ./...
mv base/base.go base/other.go
same "another name" -m ./...

# -- what is in the directory ------------------------------------------------------------------------

damage() { # NAME COMMAND FILE: each entry is damaged so
    local name=$1 file n=0
    shift
    for file in "$entries"/????????????????????????????????; do
        "$@" "$file" && n=$((n + 1))
    done
    [ $n -gt 10 ] || notok "$name" "there are only $n entries"
    same "entries $name" -m ./...
}
cut() { truncate -s -1 "$1"; }
half() { truncate -s $(($(wc -c <"$1") / 2)) "$1"; }
flip() { printf '\377' | dd of="$1" bs=1 seek=$(($(wc -c <"$1") * 2 / 3)) conv=notrunc status=none; }
empty() { : >"$1"; }
other() { cp "$(ls "$entries"/* | head -n 1)" "$1.new" && mv "$1.new" "$1"; }
directory() { rm -f "$1" && mkdir "$1"; }
damage "without their last bytes" cut
damage "of half the size" half
damage "with a changed byte" flip
damage "that are empty" empty
damage "that are another's" other
damage "that are directories" directory
rm -rf "$cache"

# -- several at once ----------------------------------------------------------------------------------

off -m ./... >"$lib_tmp/want" 2>&1
for i in 1 2 3 4; do
    on -m ./... >"$lib_tmp/at-once.$i" 2>&1 &
done
wait
for i in 1 2 3 4; do
    cmp -s "$lib_tmp/want" "$lib_tmp/at-once.$i" || notok "four at once" "number $i is different"
done
same "after four at once" -m ./...
if [ -n "$(find "$entries" -name '*.*')" ]; then
    notok "nothing temporary is left" "$(ls "$entries" | head -n 3)"
else
    ok "nothing temporary is left"
fi

# -- where it is, and how large -------------------------------------------------------------------------

GOMM_CACHE=$cache expect "gomm env" 0 "$GOMM" env
contains "it says where" "$lib_tmp/out" "^GOMM_CACHE='$entries'$"
GOMM_CACHE=off expect "gomm env, off" 0 "$GOMM" env
contains "it says that there is none" "$lib_tmp/out" "^GOMM_CACHE='off'$"
rm -rf "$cache"
off -m ./... >/dev/null 2>&1
[ -e "$cache" ] && notok "off" "it is there" || ok "off"
: >"$lib_tmp/file"
cache=$lib_tmp/file same "a directory that cannot be made" -m ./...
XDG_CACHE_HOME=$lib_tmp/xdg GOMM_CACHE='' "$GOMM" escape -m ./top >/dev/null 2>&1
[ -n "$(ls "$lib_tmp/xdg/gomm/escape" 2>/dev/null)" ] && ok "XDG_CACHE_HOME" || notok "XDG_CACHE_HOME" "nothing is there"
if [ "$(id -u)" -ne 0 ]; then
    mkdir -p "$entries" && chmod 555 "$entries"
    same "a directory that cannot be written" -m ./...
    chmod 755 "$entries"
fi

rm -rf "$cache"
mkdir -p "$entries"
truncate -s 1000 "$entries/old" && touch -d '20 days ago' "$entries/old"
truncate -s 1000 "$entries/recent" && touch -d '2 days ago' "$entries/recent"
on -m ./top >/dev/null 2>&1
[ -e "$entries/old" ] && notok "old entries go" "it is there" || ok "old entries go"
[ -e "$entries/recent" ] && ok "others stay" || notok "others stay" "it is gone"
rm -f "$entries/trimmed"
truncate -s 300M "$entries/recent" && touch -d '2 days ago' "$entries/recent"
echo '// again' >>top/top.go
on -m ./top >/dev/null 2>&1
[ -e "$entries/recent" ] && notok "beyond its size the oldest go" "it is there" || ok "beyond its size the oldest go"
known "not what is in use" '[0-9]+ of [0-9]+ packages known, [0-9]+ not read, 0 new$' ./top

finish
