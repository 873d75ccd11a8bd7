#!/bin/bash
# driver_overhead.sh [FLAGS]: the wall time of gomm test, build and run beside go -race.
# Result in build/bench/driver_overhead.txt; doc/benchmarks.md says how to read it, -help lists the flags.
. "$(dirname "$0")/lib.sh"
measure driver "$@"
