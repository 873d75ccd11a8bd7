#!/bin/bash
# test_messages.sh: random wrong programs, and Go's testdata, get the compiler's errors: words and columns.
. "$(dirname "$0")/messages.sh"
messages -testdata
messages -n 300 -seed "${GOMM_SEED:-1}"
messages -n 300 -seed "$((${GOMM_SEED:-1} + 1))"
messages -bodies -n 40 -seed "${GOMM_SEED:-1}"
messages -bodies -n 40 -seed "$(((${GOMM_SEED:-1} + 3) / 4 * 4))"
finish
