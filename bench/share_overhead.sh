#!/bin/bash
# share_overhead.sh [FLAGS]: how fast programs run when gomm's race runtime observes cache lines (GOMM=share…), alone, in a
# part of the time, and with the race check.
# Result in build/bench/race_share.txt; doc/false-sharing.md says what it means, -help lists the flags.
. "$(dirname "$0")/lib.sh"
measure share "$@"
