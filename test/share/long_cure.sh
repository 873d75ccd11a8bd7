#!/bin/bash
# The whole path: exercise 3, copied, becomes its solution: found, named, predicted, padded, verified by measurement, written;
# and nothing is proposed for the controls.  Where the machine is busy the outcome is "inconclusive", and it is tried again.
#
#   RUN='chrt -r 1' test/share/long_cure.sh      where others use the machine
. "$(dirname "$0")/../lib.sh"
RUN=${RUN-}

if [ "$(nproc)" -lt 2 ]; then
    skip cure "one processor"
    finish
fi
mkdir "$lib_tmp/ex" && cp "$GOMM_ROOT"/exercises/ex03_false_sharing/*.go "$lib_tmp/ex" && cd "$lib_tmp/ex" || exit 2
printf 'module gomm.dev/ex03\n\ngo 1.19\n' >go.mod
"$GOMM" share -verify=false ${RUN:+-exec "$RUN"} . >"$lib_tmp/out" 2>&1
cp "$GOMM_ROOT"/exercises/ex03_false_sharing/ex03_false_sharing.go "$lib_tmp/before.go"
cmp -s ex03_false_sharing.go "$lib_tmp/before.go" && ok "cure/nothing is written without -w" || notok "cure/nothing is written without -w" "it was"
for _ in 1 2 3 4 5 6; do
    "$GOMM" share -w ${RUN:+-exec "$RUN"} . >"$lib_tmp/out" 2>&1
    grep -q '^written' "$lib_tmp/out" && break
done
contains cure/found "$lib_tmp/out" '^SHARE1 ex03_false_sharing\.go:9:2 +Counters\.A and Counters\.B share one 64-byte cache line$'
contains cure/predicted "$lib_tmp/out" 'predicted without the sharing: [0-9.]+ ns/op'
contains cure/verified "$lib_tmp/out" 'verified: .* ns/op \(× 0\.[0-9]+'
contains cure/bytes "$lib_tmp/out" 'Counters grows from 16 to 128 bytes'
contains cure/written "$lib_tmp/out" '^written'
# The solution's layout, field by field.
layout() { sed -n '/^type Counters struct/,/^}/p' "$1" | sed 's/lineSize - 8/56/' | tr -s ' \t' ' '; }
if [ "$(layout ex03_false_sharing.go)" = "$(layout "$GOMM_ROOT/exercises/ex03_false_sharing/solution/solution.go")" ]; then
    ok cure/solution
else
    notok cure/solution "it is another one"
    cat ex03_false_sharing.go
fi

# Another order of fields, as what is cheapest of what gains as much as any, with the struct's first byte apart; plain elements
# and variables in structs.
cp -r "$GOMM_ROOT/test/share/progs" "$lib_tmp/ways" && cd "$lib_tmp/ways" || exit 2
cured() { # program pattern
    for _ in 1 2 3 4; do
        "$GOMM" share -w ${RUN:+-exec "$RUN"} "./$1" >"$lib_tmp/out" 2>&1
        grep -q '^written' "$lib_tmp/out" && break
    done
    cp "$lib_tmp/out" "$lib_tmp/report"
    contains "cure/$1" "$lib_tmp/report" "^       fix   $2 +verified: "
    expect "cure/$1/tests" 0 "$GOMM_GO" test "./$1"
}
cured order "another order of Stats's fields: name, peer, address, mtu, 8 bytes of padding, in, inBytes, 56 bytes of padding, out, outBytes"
contains cure/order/first-byte "$lib_tmp/report" 'also tried: another order of Stats.s fields: in, inBytes, name, '
cured fields '64 bytes of padding before all fields, 56 bytes of padding after Requests and 56 bytes of padding after Failures'
cured plain 'each int64 of counts a field of a struct with 56 bytes of padding'
cured plainfield 'each uint64 of jobs a field of a struct with 56 bytes of padding'
cured plainvars 'padding on both sides of reads and writes'

# Controls: findings there may be, of true sharing, but no edit.
cp -r "$GOMM_ROOT/test/share/progs" "$lib_tmp/progs" && cd "$lib_tmp/progs" || exit 2
"$GOMM" share ${RUN:+-exec "$RUN"} ./c_true ./c_guarded ./c_separate ./c_phases ./c_readers ./c_rare >"$lib_tmp/out" 2>&1
contains cure/controls "$lib_tmp/out" 'findings?\.?$'
lacks cure/controls/no-fix "$lib_tmp/out" '^       fix '
lacks cure/controls/no-diff "$lib_tmp/out" '^--- a/'

# Cured, they share nothing any more.
cured=(fields mixed order linreg histogram wordcount streamcluster revindex spinpool shards readmostly flags globals heapobj)
"$GOMM" share -quick -tags cured ${RUN:+-exec "$RUN"} "${cured[@]/#/./}" >"$lib_tmp/out" 2>&1
lacks cure/cured "$lib_tmp/out" '^SHARE[1-6] '
finish
