#!/bin/bash
# long_info.sh: as test_info.sh, all of std.
. "$(dirname "$0")/info.sh"
info std
finish
