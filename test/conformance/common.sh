# shellcheck shell=sh
# What the conformance scripts share.  Environment: GOMM (binary under test), GOMM_ROOT (checkout),
# GOMM_GO and GOMM_GO119 (go commands).  Sets $tmp, which is removed at the end unless CONF_KEEP is set.

: "${GOMM_ROOT:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${GOMM:=$GOMM_ROOT/build/gomm}"
: "${GOMM_GO:=$(command -v go)}"
: "${GOMM_GO119:=/usr/lib/go-1.19/bin/go}"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/gomm-conf.XXXXXX") || exit 1
trap '[ -n "${CONF_KEEP-}" ] || { chmod -R u+w "$tmp" && rm -rf "$tmp"; }' EXIT
trap 'exit 130' INT TERM HUP
unset GORACE GOMM_EVENTS
failures=0

ok() { echo "ok $1"; }
skip() { echo "skip $1: $2"; }
not_ok() {
    echo "not ok $1: $2"
    failures=$((failures + 1))
}

# gos: the installed go commands, each once.
gos() {
    seen=
    for candidate in "$GOMM_GO" "$GOMM_GO119"; do
        version=$("$candidate" env GOVERSION 2>/dev/null) || continue
        case " $seen " in
        *" $version "*) ;;
        *) echo "$candidate" ;;
        esac
        seen="$seen $version"
    done
}

# with_go GO COMMAND…: run COMMAND with GO first on PATH.
with_go() {
    with=$1
    shift
    PATH=$(dirname "$with"):$PATH "$@"
}

# detector GO gomm|stock test|build|run ARGS…: the go command under one of the two runtimes.
detector() {
    det_go=$1
    det=$2
    det_cmd=$3
    shift 3
    if [ "$det" = gomm ]; then
        with_go "$det_go" "$GOMM" "$det_cmd" "$@"
    else
        with_go "$det_go" "$det_go" "$det_cmd" -race "$@"
    fi
}

now() { date +%s.%N; }
since() { echo "$1 $(now)" | awk '{ printf "%.1f", $2 - $1 }'; }

# machine: one line for the head of a table.
machine() {
    echo "$(uname -sm), $(nproc) processors, $(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo)"
}

# counts FILE: tests run, passed, failed, skipped in the output of go test -v, subtests included.
counts() {
    awk '
        { sub(/^ +/, "") }
        /^--- PASS: / { p++ }
        /^--- FAIL: / { f++ }
        /^--- SKIP: / { s++ }
        END { print p + f + s + 0, p + 0, f + 0, s + 0 }
    ' "$1"
}

# Results are Markdown table rows, collected under $results (one file per table) so that write_doc.sh
# can put them into doc/conformance.md.
: "${GOMM_RESULTS:=$GOMM_ROOT/build/conformance}"
mkdir -p "$GOMM_RESULTS"
