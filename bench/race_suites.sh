#!/bin/bash
# race_suites.sh [FLAGS]: whole test suites of modules (bench/suites.list) with Go's stock race runtime and with gomm's.
# Result in build/bench/race_suites.txt; doc/performance.md says how to read it, -help lists the flags.
. "$(dirname "$0")/lib.sh"
measure suites "$@"
