#!/bin/bash
# race_speed.sh [FLAGS]: how fast programs run with Go's stock race runtime and with gomm's.
# Result in build/bench/race_speed.txt; doc/benchmarks.md says how to read it, -help lists the flags.
. "$(dirname "$0")/lib.sh"
measure speed "$@"
