#!/bin/bash
# race_floor.sh [FLAGS]: how fast programs run with hooks that detect nothing, beside Go's stock race runtime: the least that a race
# runtime takes which is called for each access, as Go's compiler has it.  Two of them, each built from a copy of this tree:
#
#   return   hooks of accesses return at once
#   store    hooks of accesses compare one word and store it if need be (bench/floor/floor_amd64.inc)
#
# Results in build/bench/race_floor_return.txt and race_floor_store.txt, where "gomm" stands for that runtime.  FLAGS: those of
# race_speed.sh; without -only the library's benchmarks and the operations that have bars.  FLOOR=suites: test suites instead, as
# race_suites.sh (race_floor_store_suites.txt).
. "$(dirname "$0")/lib.sh"
tool=$GOMM out=$BENCH_OUT

edit() { # file, sed command: it must change something
    cp "$1" "$1.old" && sed -i "$2" "$1" || exit 2
    ! cmp -s "$1" "$1.old" || { echo "$0: $1 has no place for: $2" >&2; exit 2; }
    rm "$1.old"
}

build() { # kind, number
    rm -rf "$out/floor/$1"
    mkdir -p "$out/floor/$1/build" || exit 2
    tar -C "$GOMM_ROOT" --exclude=./.git --exclude=./build -cf - . | tar -C "$out/floor/$1" -xf - || exit 2
    cp -a "${GOMM%/*}"/{obj,rt,flags.*} "$out/floor/$1/build/" 2>/dev/null # what has been compiled already
    (
        cd "$out/floor/$1" || exit 2
        cp bench/floor/floor_amd64.inc rt/ || exit 2
        # Cached patches of Go's assembly are told apart by their format.
        edit src/driver/driver_asm.h "s/^#define DRIVER_ASM_FORMAT .*/#define DRIVER_ASM_FORMAT 9$2/"
        if [ "$1" = return ]; then
            edit src/driver/driver_asm.c 's/^    if (n->look) {$/    if (strstr(n->fast, "read") || strstr(n->fast, "write")) {\n        strbuf_puts(b, "\\tRET\\n");\n    }\n&/'
        else
            edit src/driver/driver_asm.c 's/^    if (n->look) {$/    if (n->look \&\& n->look != asm_put_read \&\& n->look != asm_put_write) {/'
        fi
        edit rt/fast_amd64.S 's/^entry gomm_fast_read$/#include "floor_amd64.inc"\n&/'
        # Go's linker tells runtimes apart by what they are.
        edit rt/fast_amd64.S "\$s/\$/\\n\\t.section .rodata\\n\\t.quad 9$2/"
        env -u MAKEFLAGS -u MFLAGS make build/gomm >"$out/floor/$1.log" 2>&1
    ) || { tail -n 20 "$out/floor/$1.log" >&2; exit 2; }
}

run() { # kind, mode, result, flags...
    local kind=$1 mode=$2 result=$3
    shift 3
    GOMM=$out/floor/$kind/build/gomm BENCH_OUT=$out/floor
    measure "$mode" "$@" || exit
    {
        echo "\"gomm\" here is a runtime that detects nothing: bench/race_floor.sh, $kind"
        echo
        cat "$out/floor/race_$mode.txt"
    } >"$out/$result"
    rm -rf "$out/floor/$kind"
    GOMM=$tool BENCH_OUT=$out
}

case ${FLOOR:-speed} in
suites)
    build store 1
    run store suites race_floor_store_suites.txt "$@"
    ;;
speed)
    case " $* " in
    *" -only"*) ;;
    *) set -- -only '^(?:encoding|compress|sort|container|regexp|strconv|go/|bytes|strings|bufio|fmt|html|text|net/url|crypto|hash|math|image|ops (?:Copy4K|AtomicAdd|MutexPair|ChanPingPong|GoAndWait)$)' "$@" ;;
    esac
    build return 0
    build store 1
    run return speed race_floor_return.txt "$@"
    run store speed race_floor_store.txt "$@"
    ;;
*)
    echo "$0: FLOOR is speed or suites" >&2
    exit 2
    ;;
esac
