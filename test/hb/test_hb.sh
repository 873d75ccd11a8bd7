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

# doc/happens-before.md names the cases, with "…" for any end of the name; both must know each other.
named() {
    local doc=$GOMM_ROOT/doc/happens-before.md bad
    sed -n 's/^func (rules) \(Test[A-Za-z0-9]*\)().*/\1/p' ./*_test.go >"$lib_tmp/cases"
    grep -o '`Test[A-Z][A-Za-z0-9]*\(…\)\{0,1\}`' "$doc" | tr -d '`' | sort -u |
        grep -vxE 'Test(Race|NoRace|Hidden|False)…' >"$lib_tmp/names"
    bad=$(awk '
        NR == FNR { cases[$1]; next }
        {
            found = 0
            open = sub(/…$/, "")
            for (c in cases)
                if (c == $1 || (open && index(c, $1) == 1)) { found = 1; covered[c] }
            if (!found) print "no such case: " $1
        }
        END { for (c in cases) if (!(c in covered)) print "not in the document: " c }
    ' "$lib_tmp/cases" "$lib_tmp/names")
    if [ -z "$bad" ] && [ -s "$lib_tmp/names" ]; then
        ok hb/document
    else
        notok hb/document "$(echo "$bad" | head -n 1)"
        echo "$bad"
    fi
}

for_each_go rules
named
finish
