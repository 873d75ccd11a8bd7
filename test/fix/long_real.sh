#!/bin/bash
# long_real.sh: gomm fix on real packages: every change that it offers was verified by it; here they are gathered in a table
# (doc/fix.md has the one of the last run).  Packages are in real.txt; modules come from the module proxy.  With RESULTS=DIR the
# result documents stay there, and packages whose result is there are not run again.
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
results=${RESULTS:-$lib_tmp/results}
mkdir -p "$results"

# run NAME DIR PACKAGE FLAGS...
run() {
    name=$1 dir=$2 package=$3
    shift 3
    out=$results/$(echo "$name" | tr '/@' '__').json
    [ -s "$out" ] || (cd "$dir" && timeout 1500 "$GOMM" fix -json -short -api -all "$@" "$package") >"$out" 2>"$out.err"
    [ -s "$out" ] || rm -f "$out"
}

fetch() { # module version → directory
    (cd "$lib_tmp" && { [ -f go.mod ] || "$GOMM_GO" mod init example.org/fetch; } >/dev/null 2>&1 &&
        "$GOMM_GO" mod download -json "$1@$2" 2>/dev/null | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
}

while read -r module version; do
    case $module in
    '' | '#'*) continue ;;
    std) run "$version" "$("$GOMM_GO" env GOROOT)/src" "$version" ;;
    *)
        from=$(fetch "$module" "$version")
        [ -n "$from" ] || { skip "$module" "not to be had here"; continue; }
        copy=$lib_tmp/$(echo "$module" | tr / _)
        cp -r "$from" "$copy" && chmod -R u+w "$copy"
        [ -f "$copy/go.mod" ] || (cd "$copy" && "$GOMM_GO" mod init "$module" >/dev/null 2>&1)
        (cd "$copy" && "$GOMM_GO" mod download >/dev/null 2>&1)
        run "$module@$version" "$copy" .
        ;;
    esac
done <"$here/real.txt"

python3 "$here/table.py" "$results"/*.json >"$results/table.md"
cat "$results/table.md"
fixes=$(grep -c '^| `' "$results/table.md")
packages=$(grep '^| `' "$results/table.md" | cut -d'|' -f2 | sort -u | wc -l)
if [ "$fixes" -ge 20 ] && [ "$packages" -ge 8 ]; then
    ok "$fixes fixes verified in $packages packages"
else
    notok "twenty fixes in eight packages" "$fixes in $packages"
fi
finish
