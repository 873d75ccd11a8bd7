#!/bin/bash
# Race hooks that check before they switch stacks: made at link time, kept in the cache, and never needed.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/modules.sh"
unset GORACE GOMM_RUNTIME GOMM_INHERIT GOMM_PATCH GOFLAGS

# Whether the program has the patched hooks, and reaches the ones for functions without the compiler's wrappers.
is_patched() { # binary
    "$GO" tool nm -size "$1" >"$lib_tmp/nm"
    grep -q ' gomm_slow_read$' "$lib_tmp/nm" &&
        [ "$(awk '($4 == "runtime.racefuncenter" || $4 == "runtime.racefuncexit") && $2 > 200' "$lib_tmp/nm" | wc -l)" = 2 ]
}

patched() { # name, binary
    if is_patched "$2"; then ok "$1"; else notok "$1" "its hooks are Go's"; fi
}

unpatched() { # name, binary
    if is_patched "$2"; then notok "$1" "its hooks are patched"; else ok "$1"; fi
}

# Races in an order that the detector knows nothing of: every kind of hook, stacks of several functions.
write_ordered_races() {
    cat >races.go <<'EOF'
package main

import "runtime"

var turn int

//go:norace
func wait(n int) {
	for turn != n {
		runtime.Gosched()
	}
}

//go:norace
func next() { turn++ }

type row struct{ a, b, c [16]int }

var (
	word  int
	table [8]row
	heap  = new([64]byte)
	text  = "none"
)

//go:noinline
func deep(n int, f func()) {
	if n > 0 {
		deep(n-1, f)
		return
	}
	f()
}

//go:noinline
func copyRow(to, from *row) { *to = *from }

//go:noinline
func twice(f func(int) int) int { return f(f(1)) }

func panics() {
	defer func() { recover() }()
	deep(4, func() { panic("away") })
}

func races() {
	done := make(chan bool)
	go func() {
		wait(0)
		deep(3, func() { word++ })
		copyRow(&table[1], &table[2])
		panics()
		base := 2
		heap[base] = byte(twice(func(n int) int { base += n; return base }))
		text = "set"
		next()
		done <- true
	}()
	wait(1)
	println(word)
	deep(2, func() { table[1].c[3] = 1 })
	copyRow(&table[3], &table[1])
	panics()
	copy(heap[:], text)
	<-done
}
EOF
    printf 'package main\n\nfunc main() { races() }\n' >main.go
    printf 'package main\n\nimport "testing"\n\nfunc TestRaces(t *testing.T) { turn = 0; races() }\n' >races_test.go
}

# Reports without what differs from build to build: addresses, places in functions of the program, times.
plain_reports() {
    sed -E 's/0x[0-9a-f]+/ADDR/g; s/[0-9]+\.[0-9]+s/TIME/g' "$1"
}

same_reports() { # name, minimum of races, with, without
    plain_reports "$3" >"$lib_tmp/with"
    plain_reports "$4" >"$lib_tmp/without"
    if [ "$(grep -c 'WARNING: DATA RACE' "$lib_tmp/with")" -lt "$2" ]; then
        notok "$1" "too few races"
        cat "$lib_tmp/with"
    elif diff "$lib_tmp/without" "$lib_tmp/with" >"$lib_tmp/diff"; then
        ok "$1"
    else
        notok "$1" "they differ"
        head -40 "$lib_tmp/diff"
    fi
}

reports() {
    v=$GO_VERSION
    new_module "reports$v"
    write_ordered_races
    for mode in internal external; do
        for patch in on off; do
            expect "$v: $mode, patch $patch" 0 "$GOMM" build -gomm.patch=$patch -ldflags=-linkmode=$mode -o $patch .
            expect "$v: $mode, patch $patch: races" 66 ./$patch
            cp "$lib_tmp/err" $patch.reports
        done
        patched "$v: $mode: patched" on
        unpatched "$v: $mode: not patched" off
        same_reports "$v: $mode: the same reports" 4 on.reports off.reports
    done
    for patch in on off; do
        expect "$v: test, patch $patch" 1 "$GOMM" test -gomm.patch=$patch .
        cp "$lib_tmp/out" $patch.reports
    done
    same_reports "$v: test: the same reports" 4 on.reports off.reports

    expect "$v: GOMM_PATCH=off" 0 env GOMM_PATCH=off "$GOMM" build -o env .
    unpatched "$v: GOMM_PATCH=off: is heard" env
    expect "$v: the flag wins" 0 env GOMM_PATCH=off "$GOMM" build -gomm.patch on -o env .
    patched "$v: the flag wins: is patched" env
    expect "$v: -trimpath" 0 "$GOMM" build -trimpath -o trimmed .
    patched "$v: -trimpath: patched" trimmed
    expect "$v: c-shared" 0 "$GOMM" build -buildmode=c-shared -o shared.so .
    stock=$(find "$("$GO" env GOROOT)/src/runtime/race/" -name race_linux_amd64.syso -o -path '*/amd64v1/race_linux.syso' | head -1)
    expect "$v: a runtime that lacks the entries" 0 "$GOMM" build -gomm.runtime="$stock" -o stock .
    unpatched "$v: a runtime that lacks the entries: not patched" stock
    expect "$v: a runtime that lacks the entries: runs" 66 ./stock
    expect "$v: another value" 2 "$GOMM" build -gomm.patch=perhaps .
    contains "$v: another value: is explained" "$lib_tmp/err" '-gomm\.patch: want on or off, not perhaps'
}

cgo() {
    v=$GO_VERSION
    new_module "cgo$v"
    write_ordered_races
    cat >c.go <<'EOF'
package main

// static int one(void) { return 1; }
import "C"

func init() { word = int(C.one()) }
EOF
    for mode in internal external; do
        expect "$v: cgo, $mode" 0 "$GOMM" build -ldflags=-linkmode=$mode -o cgo .
        patched "$v: cgo, $mode: patched" cgo
        expect "$v: cgo, $mode: races" 66 ./cgo
    done
}

# Builds with tools and a GOROOT that only the link step sees: $lib_tmp/tools has an assembler that keeps a
# log, $root what is to be changed.
link_with() { # output; gomm's words are in $words
    cat >"$lib_tmp/toolexec" <<EOF
#!/bin/bash
if [[ \$1 == */link && \$2 != -V=full ]]; then
    shift
    export GOROOT='$root'
    exec '$GOMM' toolexec $words '$lib_tmp/tools/link' "\$@"
elif [[ \$1 == */link ]]; then
    echo "\$("\$@") $RANDOM$RANDOM"
    exit
fi
exec "\$@"
EOF
    chmod +x "$lib_tmp/toolexec"
    rm -f "$1"
    "$GO" build -race -toolexec="$lib_tmp/toolexec" -o "$1" .
}

assembled() { # name, how often
    got=$(wc -l <"$lib_tmp/asm.log")
    if [ "$got" = "$2" ]; then ok "$1"; else notok "$1" "the assembler ran $got times, want $2"; fi
    : >"$lib_tmp/asm.log"
}

fallback() { # name, pattern of the reason
    rm -rf "$lib_tmp/cache"
    for words in -v ""; do
        expect "$1$words: links" 0 link_with out
        if [ -n "$words" ]; then
            contains "$1: says so" "$lib_tmp/err" "^gomm: race hooks are not patched: .*$2"
        else
            lacks "$1: is silent" "$lib_tmp/err" gomm
        fi
        unpatched "$1$words: not patched" out
    done
    expect "$1: races" 66 ./out
}

caches() {
    v=$GO_VERSION
    new_module "caches$v"
    write_ordered_races
    real=$("$GO" env GOROOT) tools=$("$GO" env GOTOOLDIR)
    root=$lib_tmp/root
    rm -rf "$root" "$lib_tmp/tools" "$lib_tmp/cache"
    mkdir -p "$root/src/runtime" "$lib_tmp/tools"
    for f in "$real"/*; do [ "${f##*/}" = src ] || ln -s "$f" "$root/"; done
    for f in "$real"/src/*; do [ "${f##*/}" = runtime ] || ln -s "$f" "$root/src/"; done
    ln -s "$real"/src/runtime/* "$root/src/runtime/"
    ln -s "$tools/link" "$lib_tmp/tools/link"
    printf '#!/bin/sh\necho asm >>"%s"\nexec "%s" "$@"\n' "$lib_tmp/asm.log" "$tools/asm" >"$lib_tmp/tools/asm"
    chmod +x "$lib_tmp/tools/asm"
    : >"$lib_tmp/asm.log"
    words=-v

    export GOMM_CACHE=$lib_tmp/cache
    expect "$v: first link" 0 link_with out
    patched "$v: first link: patched" out
    assembled "$v: first link: assembled" 3
    expect "$v: second link" 0 link_with out
    patched "$v: second link: patched" out
    assembled "$v: second link: from the cache" 0
    entry=$(find "$GOMM_CACHE/patch" -type f)
    head -c 20000 "$entry" >"$lib_tmp/entry" && cp "$lib_tmp/entry" "$entry"
    expect "$v: a damaged entry" 0 link_with out
    patched "$v: a damaged entry: patched" out
    assembled "$v: a damaged entry: made again" 3
    GOMM_CACHE=off expect "$v: no cache" 0 link_with out
    patched "$v: no cache: patched" out
    assembled "$v: no cache: assembled" 3

    s=$root/src/runtime/race_amd64.s
    edit() { # sed script
        rm -f "$s"
        sed "$1" "$real/src/runtime/race_amd64.s" >"$s"
    }
    edit '/^TEXT.*raceread<ABIInternal>/a\	NOP'
    fallback "$v: another body" 'raceread<ABIInternal>.* has another body'
    assembled "$v: another body: not assembled" 0
    edit '/^TEXT.*racecall<>/a\	NOP'
    fallback "$v: another function" 'is not what is in package runtime'
    : >"$lib_tmp/asm.log"
    expect "$v: that is remembered" 0 link_with out
    assembled "$v: that is remembered: not assembled" 0
    rm -f "$s"
    fallback "$v: no text" 'no such file'
    ln -s "$real/src/runtime/race_amd64.s" "$s"
    rm -f "$root/src/runtime/runtime2.go"
    fallback "$v: no structs" 'no field .* of runtime'
    ln -s "$real/src/runtime/runtime2.go" "$root/src/runtime/runtime2.go"
    printf '#!/bin/sh\nexit 2\n' >"$lib_tmp/tools/asm"
    fallback "$v: no assembler" 'is not what is in package runtime'
    export GOMM_CACHE=off
}

for_each_go reports
for_each_go cgo
for_each_go caches
finish
