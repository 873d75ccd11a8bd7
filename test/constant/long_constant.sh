#!/bin/bash
# long_constant.sh: as test_constant.sh, with a million expressions, each day others; GOMM_SEED=N repeats.
. "$(dirname "$0")/common.sh"
for_each_go differential 1000000 "${GOMM_SEED:-$(date +%Y%m%d)}"
finish
