#!/bin/bash
# long_modules.sh: every package of large modules from the module proxy, checked from source, without an error that
# the compiler does not report.  "gomm typecheck -test ./..." in a copy of each module of modules.txt; the compiler
# (go vet, which compiles no further than types) is asked only about packages in which gomm finds an error.
#
# Usage: long_modules.sh [PATTERN]
# Output: lines "ok NAME: packages, lines, seconds, megabytes", "not ok …", "skip …"
# limit: 7200
. "$(dirname "$0")/../lib.sh"

one() {
    local module=$1 version=$2 source copy=$lib_tmp/module
    source=$("$GO" mod download -json "$module@$version" 2>"$lib_tmp/err" </dev/null |
        sed -n 's/^[[:space:]]*"Dir": "\(.*\)",\{0,1\}$/\1/p')
    if [ -z "$source" ]; then
        skip "$module@$version" "cannot be downloaded: $(head -n 1 "$lib_tmp/err")"
        return
    fi
    rm -rf "$copy"
    cp -r "$source" "$copy"
    chmod -R u+w "$copy"
    rm -rf "$copy/vendor" # archives of modules have no packages there, at most modules.txt
    if (cd "$copy" && "$GO" mod download) >"$lib_tmp/err" 2>&1 </dev/null; then
        (cd "$copy" && "$GOMM" typecheck -test -e -time ./...) >"$lib_tmp/out" 2>"$lib_tmp/time" </dev/null
        verdict "$module@$version" $? "$copy" ./...
    elif user "$module" "$version" "$copy" >"$lib_tmp/err" 2>&1 </dev/null; then
        # Some modules replace others by directories beside them, which the proxy does not deliver.
        (cd "$copy" && "$GOMM" typecheck -deps -e -time "$module/...") >"$lib_tmp/out" 2>"$lib_tmp/time" </dev/null
        verdict "$module@$version (without its tests)" $? "$copy" "$module/..."
    else
        skip "$module@$version" "its dependencies cannot be downloaded: $(tail -n 1 "$lib_tmp/err")"
    fi
    rm -rf "$copy"
}

# user MODULE VERSION DIR: a module in DIR that needs all of it.
user() (
    rm -rf "$3" && mkdir "$3" && cd "$3" &&
        "$GO" mod init example.com/user && "$GO" get "$1/...@$2"
)

# verdict NAME STATUS DIR PATTERN: packages with errors are the compiler's to judge.
verdict() {
    local figures bad package false=0
    cat "$lib_tmp/time" >>"$lib_tmp/out"
    figures=$(awk '/^find|^parse|^check/ { $1 = $1; printf "%s%s", sep, $0; sep = "; " }' "$lib_tmp/time")
    bad=$(sed -n 's/^# \([^ ]*\).*/\1/p' "$lib_tmp/out" | sort -u)
    for package in $bad; do
        if (cd "$3" && GOFLAGS=-mod=mod "$GO" vet -atomic "$package") >"$lib_tmp/vet" 2>&1 </dev/null; then
            false=$((false + 1))
            echo "# $package compiles, but: $(grep -A 1 "^# $package" "$lib_tmp/out" | sed -n 2p)"
        fi
    done
    if [ $false -gt 0 ]; then
        notok "$1" "$false packages have errors that the compiler does not report; $figures"
    elif [ "$2" -gt 1 ] && ! (cd "$3" && GOFLAGS=-mod=mod "$GO" vet -atomic "$4") >"$lib_tmp/vet" 2>&1; then
        ok "$1: what cannot be loaded cannot be compiled either ($(tail -n 1 "$lib_tmp/out")); $figures"
    elif [ "$2" -gt 1 ]; then
        notok "$1" "cannot be loaded: $(grep -v '^#' "$lib_tmp/out" | head -n 1)"
    else
        ok "$1: $figures"
    fi
}

GO=${GOMM_GO:-$(command -v go)}
while read -r module version; do
    case $module in
    '' | '#'*) ;;
    *"${1-}"*) one "$module" "$version" ;;
    esac
done <"$GOMM_ROOT/test/types/modules.txt"
finish
