#!/bin/bash
# test_size.sh: rt_access_size on a real program of each Go, and its decoder against objdump.
# The comparison with the compiler's own sizes takes longer: long_size.sh.
# limit: 900
. "$(dirname "$0")/../lib.sh"
here=$GOMM_ROOT/test/size

for tool in python3 objdump ld; do
    if ! command -v $tool >/dev/null; then
        skip size "no $tool here"
        finish
    fi
done
if ! ${CC:-gcc} -std=c17 -O2 -o "$lib_tmp/decode" "$here/decode.c" "$GOMM_ROOT/rt/x86.c"; then
    notok decoder "does not compile"
    finish
fi

size() {
    expect "$GO_VERSION: widths of at least 99 % of the accesses of strconv's tests" 0 \
        python3 "$here/run.py" -go "$GO" -work "$lib_tmp" -min 99 strconv || return
    tail -n 1 "$lib_tmp/out"
    objdump -d -M intel --insn-width=16 "$lib_tmp/$GO_VERSION/strconv.test" >"$lib_tmp/dump"
    if "$lib_tmp/decode" <"$lib_tmp/dump" >"$lib_tmp/out"; then
        ok "$GO_VERSION: every instruction of it as objdump decodes it"
    else
        notok "$GO_VERSION: every instruction of it as objdump decodes it" "$(tail -n 1 "$lib_tmp/out")"
    fi
    cat "$lib_tmp/out"
    rm -f "$lib_tmp/dump"
}
for_each_go size
finish
