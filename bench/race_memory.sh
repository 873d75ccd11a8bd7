#!/bin/bash
# race_memory.sh [FLAGS]: what memory and time programs need with Go's stock race runtime and with gomm's.
# Result in build/bench/race_memory.txt; doc/benchmarks.md says how to read it, -help lists the flags.
. "$(dirname "$0")/lib.sh"
measure memory "$@"
