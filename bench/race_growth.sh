#!/bin/bash
# race_growth.sh [FLAGS]: what operations take among more and more goroutines and beside a larger and larger heap.
# Result in build/bench/race_growth.txt, curves in race_growth_*.svg there; doc/performance.md says how to read it, -help lists the flags.
. "$(dirname "$0")/lib.sh"
measure growth "$@"
