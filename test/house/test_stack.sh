#!/bin/bash
# test_stack.sh: what the hooks do on a goroutine's own stack fits into the 1.5 KB that fast_amd64.S makes sure of.
. "$(dirname "$0")/../lib.sh"
cd "$GOMM_ROOT" || exit 2
here=test/house

# The stack that the macros "quick" and "again" have left when they call: 1536 less what they keep there themselves.
limit=$((1536 - 24))
read -r -a compile <build/flags.rt
if ! echo 'int x;' | "${compile[@]}" -fcallgraph-info=su -dumpdir "$lib_tmp/" -x c -c -o "$lib_tmp/x.o" - 2>/dev/null; then
    skip "stack of the hooks" "${compile[0]} has no -fcallgraph-info"
    finish
fi
mkdir "$lib_tmp/su"
for f in rt/*.c; do
    "${compile[@]}" -w -fcallgraph-info=su -dumpdir "$lib_tmp/su/" -c -o "$lib_tmp/su/$(basename "$f").o" "$f" || notok "$f" "does not compile"
done
objdump -d --no-show-raw-insn "$lib_tmp/su/quick.c.o" >"$lib_tmp/su/quick.s" || notok "rt/quick.c" "objdump"
if out=$(python3 $here/stack.py "$lib_tmp/su" $limit); then
    ok "hooks need at most $limit bytes"
else
    notok "hooks need at most $limit bytes" "$out"
fi
finish
