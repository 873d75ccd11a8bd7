# lib.sh: what test scripts share.  For bash and sh:
#
#   . "$(dirname "$0")/../lib.sh"
#   if ...; then ok name; else notok name "what was wrong"; fi
#   finish
#
# A script can be run by hand: what test/run.sh would have set is then found here.
# shellcheck shell=sh

: "${GOMM_ROOT:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${GOMM:=$GOMM_ROOT/build/gomm}"
: "${GOMM_GO:=$(command -v go || true)}"
if [ -z "${GOMM_GO119-}" ] && [ -x /usr/lib/go-1.19/bin/go ]; then
    GOMM_GO119=/usr/lib/go-1.19/bin/go
fi
: "${GOMM_GO119=}"
export GOMM_ROOT GOMM GOMM_GO GOMM_GO119
export LC_ALL=C GOTOOLCHAIN=local
# Nothing from earlier runs, but where it is the cache that is tested.
export GOMM_CACHE=off

lib_failures=0

ok() { # name
    echo "ok $1"
}

notok() { # name why
    echo "not ok $1: ${2-}"
    lib_failures=$((lib_failures + 1))
}

skip() { # name why
    echo "skip $1: ${2-}"
}

# The last command of a script.
finish() {
    [ "$lib_failures" -eq 0 ]
    exit $?
}

# A directory of the script's own, empty, removed at the end.
lib_tmp=$(mktemp -d "${TMPDIR:-/tmp}/gomm-script.XXXXXX") || exit 2
trap 'chmod -R u+w "$lib_tmp" 2>/dev/null; rm -rf "$lib_tmp"' EXIT
trap 'exit 130' INT TERM HUP

# A Python that has the module named, or nothing.
python_with() { # module
    for lib_python in python3 /usr/bin/python3; do
        if command -v "$lib_python" >/dev/null && "$lib_python" -c "import $1" 2>/dev/null; then
            echo "$lib_python"
            return
        fi
    done
}

# valid NAME FILE: a document of ours or SARIF keeps to its schema, strictly; other files are left alone.
valid() {
    case $(head -c 300 "$2" 2>/dev/null | tr -d '\0\n ') in
    '{"schema":"gomm/result"'*) lib_schema=$GOMM_ROOT/doc/result.schema.json ;;
    '{"schema":"gomm/bench"'*) lib_schema=$GOMM_ROOT/doc/bench.schema.json ;;
    '{"schema":"gomm/layout"'*) lib_schema=$GOMM_ROOT/doc/layout.schema.json ;;
    '{"GOMM":'*) lib_schema=$GOMM_ROOT/doc/env.schema.json ;;
    '{"v":1,"event":'*) lib_schema=$GOMM_ROOT/doc/events.schema.json ;;
    '{"$schema":"'*'/sarif-schema-2.1.0.json"'*) lib_schema=$GOMM_ROOT/test/report/sarif.schema.json ;;
    *) return 0 ;;
    esac
    if [ -z "${lib_validator-}" ]; then
        lib_validator=$(python_with jsonschema)
        : "${lib_validator:=none}"
    fi
    if [ "$lib_validator" = none ]; then
        skip "$1: schema" "no Python with jsonschema (python3-jsonschema) here"
    elif "$lib_validator" "$GOMM_ROOT/test/report/validate.py" "$lib_schema" "$2" >"$lib_tmp/validate"; then
        ok "$1: keeps to its schema"
    else
        notok "$1: schema" "$(head -n 3 "$lib_tmp/validate")"
        return 1
    fi
}

# expect NAME STATUS COMMAND...: runs it and checks the exit status.  Its output is in
# $lib_tmp/out and $lib_tmp/err.  If that is a document with a schema, it has to keep to it.
expect() {
    lib_name=$1 lib_want=$2
    shift 2
    "$@" >"$lib_tmp/out" 2>"$lib_tmp/err" </dev/null
    lib_got=$?
    if [ $lib_got -eq "$lib_want" ]; then
        ok "$lib_name"
        valid "$lib_name" "$lib_tmp/out"
    else
        notok "$lib_name" "exit status $lib_got, want $lib_want"
        sed 's/^/  out: /' "$lib_tmp/out"
        sed 's/^/  err: /' "$lib_tmp/err"
        return 1
    fi
}

# contains NAME FILE PATTERN: the file has a line that matches (grep -E).
contains() {
    if grep -Eq -e "$3" "$2"; then
        ok "$1"
    else
        notok "$1" "no line matches $3"
        sed 's/^/  /' "$2"
        return 1
    fi
}

# lacks NAME FILE PATTERN: it has none.
lacks() {
    if grep -Eq -e "$3" "$2"; then
        notok "$1" "a line matches $3"
        grep -En -e "$3" "$2" | sed 's/^/  /'
        return 1
    fi
    ok "$1"
}

# for_each_go FUNCTION [ARGS...]: calls it once with each installed Go: first on PATH, its file
# in $GO, "go1.26.8" in $GO_VERSION.
for_each_go() {
    lib_path=$PATH lib_seen=" "
    for GO in "$GOMM_GO" "$GOMM_GO119"; do
        [ -n "$GO" ] || continue
        GO_VERSION=$("$GO" env GOVERSION) || continue
        case $lib_seen in *" $GO_VERSION "*) continue ;; esac
        lib_seen="$lib_seen$GO_VERSION "
        PATH=$(dirname "$GO"):$lib_path
        "$@"
        PATH=$lib_path
    done
    if [ -z "$GOMM_GO119" ]; then
        skip "$1 go1.19" "no Go 1.19 here"
    fi
    if [ "$lib_seen" = " " ]; then
        notok "$1" "no Go found"
    fi
}

# copy_module MODULE VERSION DIR: a copy of the module that may be written to, with all that it needs downloaded.  False,
# with the reason in $lib_tmp/err, where that cannot be.
copy_module() {
    lib_dir=$("${GO:-$GOMM_GO}" mod download -json "$1@$2" 2>"$lib_tmp/err" </dev/null |
        sed -n 's/^[[:space:]]*"Dir": "\(.*\)",\{0,1\}$/\1/p')
    [ -n "$lib_dir" ] || return
    rm -rf "$3"
    cp -r "$lib_dir" "$3" && chmod -R u+w "$3" && rm -f "$3/go.work" || return
    (
        cd "$3" || exit
        # From before modules, or older than what its tests import.
        [ -f go.mod ] || "${GO:-$GOMM_GO}" mod init "$1" >"$lib_tmp/err" 2>&1 || exit
        "${GO:-$GOMM_GO}" mod download >"$lib_tmp/err" 2>&1 </dev/null
    )
}
