#!/bin/bash
# long_sound.sh: all changes that gomm fix proposes in std, as overlays: none fails to build, is found worse by vet, or changes the
# outcome of a test.  PACKAGES=... for others than std, RULE=... for one rule; -short tests, since each package is tested twice.
. "$(dirname "$0")/../lib.sh"
cd "$("$GOMM_GO" env GOROOT)/src" || exit 2
"$GOMM" fix -v -bench=none -race=false -short -all -text ${RULE:+-rule=$RULE} ${PACKAGES:-std} >"$lib_tmp/out" 2>"$lib_tmp/err"
tail -1 "$lib_tmp/out"
summary=$(grep -o '[0-9]* proposed: .*' "$lib_tmp/out")
if [[ $summary =~ ^[1-9][0-9]*\ proposed:.*\ 0\ inconclusive,\ 0\ failed ]]; then
    ok "${RULE:-all rules}, ${PACKAGES:-std}: $summary"
else
    notok "${RULE:-all rules}, ${PACKAGES:-std}" "$summary"
    grep -h refuted "$lib_tmp/out"
fi
finish
