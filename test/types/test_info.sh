#!/bin/bash
# test_info.sh: types, constants and objects of every expression of some packages of std are go/types'.
. "$(dirname "$0")/info.sh"
info fmt strconv slices maps iter reflect encoding/json go/types math/big sync/atomic
finish
