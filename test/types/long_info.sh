#!/bin/bash
# long_info.sh: as test_info.sh, all of std.
: "${GOMM_GO:=$(command -v go)}"
GOMM_INFO=$(CGO_ENABLED=0 "$GOMM_GO" list std | grep -vx unsafe)
export GOMM_GO GOMM_INFO
exec "$(dirname "$0")/test_info.sh"
