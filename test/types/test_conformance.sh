#!/bin/bash
# test_conformance.sh: the errors that GOROOT/src/internal/types/testdata (go/types/testdata of Go 1.19) asks for.
. "$(dirname "$0")/common.sh"
for_each_go testdata
finish
