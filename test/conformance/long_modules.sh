#!/bin/sh
# The own tests of well-known concurrent modules under gomm, against the verdict of the stock runtime on the
# same machine: "go test -race -short -v -count=1 …" in a copy of the module from the module proxy.
#
# Usage: long_modules.sh [PATTERN]      default: all of modules.txt
# Environment: see common.sh.  DETECTORS="stock gomm" may be narrowed to one; what is already in
# $GOMM_RESULTS/modules.DETECTOR is not run again, FRESH=1 forgets gomm's results first.  Verdicts that
# differ are tried again under both, twice at most.  Complete output of every run that did not pass stays in
# $GOMM_RESULTS/logs.
# Output: lines "ok NAME", "not ok NAME: why", "skip NAME: why"; rows in $GOMM_RESULTS/modules.rows.
# limit: 7200
set -u
. "$(dirname "$0")/common.sh"
: "${DETECTORS:=stock gomm}"
go=$(gos | head -n 1)
[ -n "$go" ] || {
    skip "modules" "no go command"
    exit 0
}

# one RUNTIME DIR NAME ARGS…: sets $result to "run passed failed skipped verdict reports seconds".
one() {
    log=$tmp/log
    det=$1
    dir=$2
    label=$3
    shift 3
    begin=$(now)
    (cd "$dir" && GOFLAGS=-mod=mod detector "$go" "$det" test -short -v -count=1 -timeout 20m "$@") >"$log" 2>&1 </dev/null
    if [ $? = 0 ]; then verdict=pass; else verdict=FAIL; fi
    reports=$(grep -c 'WARNING: DATA RACE' "$log")
    [ "$reports" = 0 ] || verdict=$verdict+race
    result="$(counts "$log") $verdict $reports $(since "$begin")"
    if [ $verdict != pass ]; then
        mkdir -p "$GOMM_RESULTS/logs"
        cp "$log" "$GOMM_RESULTS/logs/$(echo "$label" | tr '/ ' '__').$det"
    fi
}

verdict_of() { echo "$1" | cut -d' ' -f5; }

[ -z "${FRESH-}" ] || rm -f "$GOMM_RESULTS/modules.gomm"
rows=$GOMM_RESULTS/modules.rows
: >"$rows"
sed 's/#.*//' "$GOMM_ROOT/test/conformance/modules.txt" | grep "${1-.}" >"$tmp/list"
entry=0
while read -r module version arguments; do
    [ -n "$module" ] || continue
    entry=$((entry + 1))
    name="$module $version ($(echo "$arguments" | cut -c 1-40))"
    # The module cache is read-only, and a module in it has no go.sum entries for its own tests to add to.
    source=$(with_go "$go" "$go" mod download -json "$module@$version" 2>"$tmp/err" </dev/null |
        sed -n 's/^[[:space:]]*"Dir": "\(.*\)",\{0,1\}$/\1/p')
    if [ -z "$source" ]; then
        skip "$name" "cannot be downloaded: $(head -n 1 "$tmp/err")"
        continue
    fi
    # Some tests look for the module's name in the names of their files.
    copy=$tmp/$entry/$module
    mkdir -p "${copy%/*}" && cp -r "$source" "$copy" && chmod -R u+w "$copy"
    key=$(echo "$module $version $arguments" | cksum | cut -d' ' -f1)
    for d in $DETECTORS; do
        file=$GOMM_RESULTS/modules.$d
        result=$(awk -v k="$key" '$1 == k { $1 = ""; r = substr($0, 2) } END { print r }' "$file" 2>/dev/null)
        if [ -z "$result" ]; then
            # shellcheck disable=SC2086
            one "$d" "$copy" "$module.$entry" $arguments
            echo "$key $result" >>"$file"
        fi
        eval "$d=\$result"
    done
    if [ "$DETECTORS" = "stock gomm" ]; then
        attempts=1
        while [ "$(verdict_of "$stock")" != "$(verdict_of "$gomm")" ] && [ $attempts -lt 3 ]; do
            attempts=$((attempts + 1))
            # shellcheck disable=SC2086
            one stock "$copy" "$module.$entry.$attempts" $arguments
            stock=$result
            # shellcheck disable=SC2086
            one gomm "$copy" "$module.$entry.$attempts" $arguments
            gomm=$result
        done
        if [ "$(verdict_of "$stock")" = "$(verdict_of "$gomm")" ]; then
            ok "$name: $gomm (stock: $stock)"
        else
            not_ok "$name" "$gomm (stock: $stock)"
        fi
        echo "$module|$version|$arguments|$attempts|$stock|$gomm" | awk -F'|' '{
            args = $3
            for (i = 4; i <= NF - 3; i++) # the arguments may hold bars
                args = args "\\|" $i
            split($(NF - 1), s, " ")
            split($NF, g, " ")
            note = $(NF - 2) > 1 ? "attempt " $(NF - 2) : ""
            if (s[1] != g[1] || s[4] != g[4])
                note = note (note ? "; " : "") "stock ran " s[1] ", skipped " s[4]
            printf "| %s | %s | `%s` | %d | %d | %d | %d | %s | %s | %s s | %s s | %s |\n",
                $1, $2, args, g[1], g[2], g[3], g[4], s[5], g[5], s[7], g[7], note
        }' >>"$rows"
    fi
    chmod -R u+w "$copy" && rm -rf "$copy"
done <"$tmp/list"
[ $failures = 0 ]
