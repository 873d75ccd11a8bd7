#!/bin/bash
# The happens-before rules: every case of this module with gomm's runtime, on each installed Go.
# What a case is, and how to run one by hand, says doc.go.
. "$(dirname "$0")/../lib.sh"
cd "$GOMM_ROOT/test/hb" || exit 2

# The least number of cases: a build constraint that silently takes some away must show.
least() { # Go version
    case $1 in
    go1.19*) echo 500 ;;
    *) echo 550 ;;
    esac
}

rules() {
    # The reports themselves are of no interest as long as their number is right.
    GORACE="log_path=$lib_tmp/reports" "$GOMM" test -count=1 -v . >"$lib_tmp/out" 2>&1 </dev/null
    local status=$?
    sed -n "s/^\(ok\|not ok\|skip\) \(Test[A-Za-z0-9_]*\)/\1 hb\/$GO_VERSION\/\2/p" "$lib_tmp/out"
    local bad
    bad=$(grep -c '^not ok Test' "$lib_tmp/out")
    lib_failures=$((lib_failures + bad))
    if [ $status -ne 0 ] && [ "$bad" -eq 0 ]; then
        notok "hb/$GO_VERSION" "exit status $status, but no case failed"
        tail -n 40 "$lib_tmp/out"
        return
    fi
    local n
    n=$(grep -Ec '^(ok|not ok|skip) Test' "$lib_tmp/out")
    if [ "$n" -ge "$(least "$GO_VERSION")" ]; then
        ok "hb/$GO_VERSION"
    else
        notok "hb/$GO_VERSION" "only $n cases ran"
    fi
}

for_each_go rules
finish
