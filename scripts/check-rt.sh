#!/bin/bash
# check-rt.sh OBJECT: what Go's linker will and will not accept of the race runtime's object.
# It may need nothing from outside but a weak `exit` (there in programs that use cgo) and the
# offset table, which every linker makes itself (Go's: loadelf, as .got), and may show nothing
# but the hooks that Go's runtime calls, and what gomm has them look at before (fast_amd64.S).
set -eu
obj=$1
nm=${NM:-nm}

needs=$("$nm" -u "$obj" | awk '
    !($1 == "w" && $2 == "exit") && $2 != "_GLOBAL_OFFSET_TABLE_" { print $2 }')
if [ -n "$needs" ]; then
    echo "check-rt: $obj needs symbols that nobody provides:" $needs >&2
    exit 1
fi
shows=$("$nm" -g --defined-only "$obj" | awk '$3 !~ /^(__tsan_|gomm_fast_)/ { print $3 }')
if [ -n "$shows" ]; then
    echo "check-rt: $obj shows names besides __tsan_* and gomm_fast_*:" $shows >&2
    exit 1
fi
