#!/bin/bash
# test_constant.sh: random constant expressions have the values that go/constant gives them.
. "$(dirname "$0")/common.sh"

# The comparison itself notices differences: another value, and another text of the same one.
printf 'i1:1 i1:2 +\t3\t3\t3\t3 true 3 true 2 255 1 4008000000000000 4008000000000000\n' >"$lib_tmp/right"
"$eval_constant" <"$lib_tmp/right" >"$lib_tmp/out" && ok "eval_constant agrees" || notok "eval_constant agrees" "see below"
for edit in 's/1:2/1:1/' 's/\t3\t3\t/\t3\t3.0\t/' 's/255/253/' 's/4008000000000000$/4008000000000001/'; do
    if sed "$edit" "$lib_tmp/right" | "$eval_constant" >"$lib_tmp/out" ||
        [ "$(tail -n 1 "$lib_tmp/out")" != "1 expressions, 1 different" ]; then
        notok "eval_constant notices $edit" "it does not"
    else
        ok "eval_constant notices $edit"
    fi
done

for_each_go differential 50000 "${GOMM_SEED:-1}"
finish
