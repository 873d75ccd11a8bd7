#!/bin/bash
# test_gotest.sh: of GOROOT/test, what is to compile does, and errorcheck tests get their errors.
. "$(dirname "$0")/common.sh"
for_each_go gotest
finish
