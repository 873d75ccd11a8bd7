#!/bin/sh
# The lost races, with more of everything that can be more.
# limit: 3600
LOST_ROUNDS=16000 LOST_PLANS=3000 LOST_SEEDS='1 2 3 4 5 6' LOST_PAIRS=100000000 LOST_EVENTS=400000000 \
    exec "$(dirname "$0")/test_lost.sh"
