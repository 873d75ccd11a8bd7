#!/bin/bash
# long_size.sh: rt_access_size against the sizes that the compiler itself knows (run.py -oracle), on
# the tests of larger packages and under other compiler settings.  No answer may be larger than the
# accessed variable; at least 99 % of the executed calls must get one.
# limit: 3600
. "$(dirname "$0")/../lib.sh"
here=$GOMM_ROOT/test/size

for tool in python3 objdump ld; do
    if ! command -v $tool >/dev/null; then
        skip size "no $tool here"
        finish
    fi
done

judge() { # name, arguments of run.py...
    local name="$GO_VERSION: $1"
    shift
    expect "$name" 0 python3 "$here/run.py" -oracle -go "$GO" -work "$lib_tmp" "$@"
    grep -v '^  ' "$lib_tmp/out" # the code behind some addresses is indented
}

size() {
    judge "widths and the compiler's sizes" -min 99
    judge "without optimisation" -min 99 -flags "'-gcflags=-N -l'" strconv encoding/json
    judge "with coverage" -min 98.5 -flags "-cover -coverpkg=./..." encoding/json text/template
    GOAMD64=v3 judge "GOAMD64=v3" -min 98.5 strconv encoding/json math/big
    chmod -R u+w "$lib_tmp"
    rm -rf "${lib_tmp:?}/$GO_VERSION"*
}
for_each_go size
finish
