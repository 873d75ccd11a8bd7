#!/bin/bash
# long_messages.sh: many random programs; see test_messages.sh.
. "$(dirname "$0")/messages.sh"
for seed in $(seq 100 160); do
    messages -n 500 -seed "$seed"
    messages -bodies -n 60 -seed "$seed"
done
finish
