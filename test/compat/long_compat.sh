#!/bin/sh
# Compatibility, with the builds that compile the standard library anew, with fuzzing, and with what many
# goroutines cost under both runtimes.
# limit: 3600
COMPAT_LONG=1 exec "$(dirname "$0")/test_compat.sh"
