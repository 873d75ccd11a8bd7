#!/bin/bash
# gomm check in modules that others wrote: does it end, with the status that what `go vet` and `go test -race` say there
# calls for, and how long does it take beside them?
# Usage: long_modules.sh [PATTERN]
# Output: lines "ok NAME: …", "not ok …", "skip …", and at the end the table that doc/check-modules.md shows.
# limit: 7200
. "$(dirname "$0")/../lib.sh"
unset GORACE GOMM_RUNTIME GOMM_INHERIT GOFLAGS GITHUB_WORKSPACE
GO=${GOMM_GO:-$(command -v go)}
export GOFLAGS=-mod=mod
table=

# timed FILE COMMAND...: its output in FILE, its seconds in $seconds; the exit status is its.
timed() {
    local file=$1 from to status
    shift
    from=$(date +%s.%N)
    timeout 900 nice -n 5 "$@" >"$file" 2>&1 </dev/null
    status=$?
    to=$(date +%s.%N)
    seconds=$(awk -v a="$from" -v b="$to" 'BEGIN { printf "%.1f", b - a }')
    return $status
}

# What gomm's exit status has to be, by what go test -race and go vet (as part of it) said.
wanted() { # status of go test -race, its output
    if grep -Eq '\[(build|setup) failed\]|no packages' "$2"; then
        echo 2
    else
        echo "$(($1 > 0))"
    fi
}

# One line of the table.  Binaries are built first: the times are of runs, with a warm build cache, as in daily work.
one() { # module version
    local name="check $1@$2" vet test check vet_s test_s want findings races escapes shares
    if ! copy_module "$1" "$2" "$lib_tmp/module"; then
        skip "$name" "cannot be downloaded: $(tail -n 1 "$lib_tmp/err")"
        return
    fi
    cd "$lib_tmp/module" || return
    "$GO" test -race -count=1 -run '^$' ./... >/dev/null 2>&1 </dev/null
    "$GOMM" test -count=1 -run '^$' ./... >/dev/null 2>&1 </dev/null
    timed "$lib_tmp/vet" "$GO" vet ./...
    vet=$? vet_s=$seconds
    timed "$lib_tmp/test" "$GO" test -race -count=1 ./...
    test=$? test_s=$seconds
    want=$(wanted $test "$lib_tmp/test")
    timed "$lib_tmp/check" "$GOMM" check -o "$lib_tmp/r.json" ./...
    check=$?
    python3 - "$lib_tmp/r.json" >"$lib_tmp/counts" <<'EOF' || echo "no result" >"$lib_tmp/counts"
import json, re, sys
doc = json.load(open(sys.argv[1]))
f = doc["findings"]
for x in f: # a sentence with a place, and reasons
    assert x["message"] and x["message"].strip() == x["message"] and "\n" not in x["message"], x
    assert x.get("file") and x.get("line"), x
    assert x.get("why") or x["code"].startswith("IGN"), x
    assert "(null)" not in json.dumps(x) and "%!" not in x["message"], x
n = [sum(x["code"].startswith(p) for x in f) for p in ("RACE", "ESC", "SHARE")]
note = re.search(r"(\d+) values go to the heap", " ".join(doc["notes"]))
n[1] = int(note.group(1)) if note else n[1]
print(*n, sum(not x["raced"] for x in doc["failures"]))
EOF
    read -r races escapes shares fails <"$lib_tmp/counts"
    findings="$races races, $escapes in the heap, $shares lines shared, $fails other failures"
    # A race that one of the two runs did not show is nobody's fault; neither is a test that fails without gomm too.
    if [ $check -eq "$want" ] || { [ $check -le 1 ] && [ "$want" -le 1 ] && { [ "${races:-0}" -gt 0 ] || grep -q '^ *--- FAIL' "$lib_tmp/test"; }; }; then
        ok "$name: exit $check, $findings; vet $vet_s s, test -race $test_s s, check $seconds s"
    else
        notok "$name" "exit status $check, want $want; go test $test, go vet $vet"
        tail -n 20 "$lib_tmp/check" | sed 's/^/  /'
    fi
    table+="| $1 $2 | $check | $races | $escapes | $shares | $fails | $vet_s | $test_s | $seconds |"$'\n'
    [ -n "${KEEP-}" ] && cp "$lib_tmp/check" "$KEEP/$(echo "$1" | tr / _).txt"
    cd "$lib_tmp" && chmod -R u+w module && rm -rf module
}

while read -r module version; do
    case $module in
    '' | '#'*) ;;
    *"${1-}"*) one "$module" "$version" ;;
    esac
done <"$GOMM_ROOT/test/check/modules.txt"
echo "$("$GO" env GOVERSION), $(nproc) processors, $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)"
echo "| module | exit status | races | values in the heap | shared lines | other failures | go vet, s | go test -race, s | gomm check, s |"
echo "|---|---|---|---|---|---|---|---|---|"
printf '%s' "$table"
finish
