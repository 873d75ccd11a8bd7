#!/bin/bash
# race_sample.sh [FLAGS]: how fast programs run when gomm's race runtime samples (GOMM=sample=…), and how much it sees then.
# Result in build/bench/race_sample.txt; doc/sampling.md says what it means, -help lists the flags.
. "$(dirname "$0")/lib.sh"
measure sample "$@"
