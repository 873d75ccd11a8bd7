#!/bin/bash
# long_modules.sh: six large modules from the module proxy: gomm's decisions and the compiler's, with inlining.
# Usage: long_modules.sh [PATTERN]
# Output: lines "ok NAME: rate; seconds, megabytes", "not ok …", "skip …"
# limit: 14400
. "$(dirname "$0")/common.sh"

one() { # module version percentage
    local name="escape $1@$2" figures
    if ! copy_module "$1" "$2" "$lib_tmp/module"; then
        skip "$name" "cannot be downloaded: $(tail -n 1 "$lib_tmp/err")"
        return
    fi
    (cd "$lib_tmp/module" && nice "$GOMM" escape -compare -time -v ./...) >"$lib_tmp/out" 2>"$lib_tmp/err" </dev/null
    figures="decisions $(rate "$lib_tmp/out"), inlining $(inlining "$lib_tmp/out")"
    figures+="; $(awk '/^escape/ { printf "%.1f s, %s MB", $2 / 1000, $(NF - 1) }' "$lib_tmp/err")"
    if at_least "$(percentage "$lib_tmp/out")" "$3"; then
        ok "$name: $figures"
    else
        notok "$name" "$figures"
        sed -n '/^Disagreements:/,$p' "$lib_tmp/out" | grep -v ' 100.00 % '
        tail -n 5 "$lib_tmp/err"
    fi
    rm -rf "$lib_tmp/module"
}

GO=${GOMM_GO:-$(command -v go)}
while read -r module version percentage; do
    case $module in
    '' | '#'*) ;;
    *"${1-}"*) one "$module" "$version" "$percentage" ;;
    esac
done <"$GOMM_ROOT/test/escape/modules.txt"
finish
