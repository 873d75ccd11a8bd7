#!/bin/bash
# setup.sh build|test: installs what the build or the tests need and the machine lacks.
#
# It looks before it acts: with everything there it only checks some files.  GOMM_NO_INSTALL=1
# never installs and only says what is missing.
set -u
goal=${1:-build}
missing=()
optional=()
state=${B:-build}/setup

# What some tests want, if it is not known already that it cannot be had; they say what they skip.
want() { # package
    [ -e "$state/without-$1" ] || optional+=("$1")
}

# A header that the compiler finds, or the package that has it.
need_header() { # header package
    local dir
    for dir in /usr/include /usr/local/include /usr/include/*-linux-gnu; do
        [ -e "$dir/$1" ] && return
    done
    # Elsewhere (CPATH, another prefix): ask the compiler, which takes longer.
    echo "#include <$1>" | ${CC:-cc} ${CPPFLAGS:-} -E -x c - >/dev/null 2>&1 && return
    missing+=("$2")
}

need_header jansson.h libjansson-dev
need_header gmp.h libgmp-dev
need_header mpfr.h libmpfr-dev
need_header xxhash.h libxxhash-dev
need_header zlib.h zlib1g-dev

have_go() {
    command -v go >/dev/null && return
    local go
    for go in /usr/lib/go-*/bin/go /usr/local/go/bin/go; do
        [ -x "$go" ] && return
    done
    return 1
}
have_go || missing+=(golang-go)

if [ "$goal" = test ]; then
    # cmocka.h names types of these headers and does not include them itself.
    [ -e /usr/include/cmocka.h ] || [ -e /usr/local/include/cmocka.h ] || missing+=(libcmocka-dev)
    # The oldest Go that is supported; a distribution without it does without those tests.
    [ -x "${GOMM_GO119:-/usr/lib/go-1.19/bin/go}" ] || want golang-1.19-go
    # Documents are checked against their schemas, the page in a browser.
    has_module() { "$1" -c "import importlib.util as u; exit(u.find_spec('$2') is None)" 2>/dev/null; }
    has_module python3 jsonschema || has_module /usr/bin/python3 jsonschema || want python3-jsonschema
    "$(dirname "$0")/find-browser.sh" >/dev/null || want chromium
fi

[ ${#missing[@]} -eq 0 ] && [ ${#optional[@]} -eq 0 ] && exit 0

sudo=
[ "$(id -u)" = 0 ] || sudo="sudo -n"
can_install=yes why=
if [ "${GOMM_NO_INSTALL:-}" = 1 ]; then
    can_install=no why="GOMM_NO_INSTALL is set"
elif ! command -v apt-get >/dev/null; then
    can_install=no why="there is no apt-get here"
elif [ -n "$sudo" ] && ! $sudo true 2>/dev/null; then
    can_install=no why="not root, and no sudo without a password"
fi

refuse() { # packages... in $missing
    echo "gomm needs packages that are not installed: ${missing[*]}" >&2
    echo "($1; on Debian or Ubuntu: apt-get install ${missing[*]})" >&2
    exit 2
}

if [ $can_install = no ]; then
    [ ${#missing[@]} -eq 0 ] || refuse "$why"
    echo "setup: without ${optional[*]} ($why); tests that want it are skipped" >&2
    exit 0
fi

apt() {
    # A lock that another apt holds is waited for, not failed at.
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}

log=$(mktemp "${TMPDIR:-/tmp}/gomm-setup.XXXXXX")
trap 'rm -f "$log"' EXIT
echo "setup: installing ${missing[*]} ${optional[*]}" >&2
apt update >"$log" 2>&1 || tail -n 5 "$log" >&2 # stale lists may still do

if [ ${#missing[@]} -gt 0 ] && ! apt install --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    refuse "apt-get install failed"
fi
for package in ${optional[@]+"${optional[@]}"}; do
    if ! apt install --no-install-recommends "$package" >"$log" 2>&1; then
        echo "setup: $package cannot be installed; tests that want it are skipped" >&2
        mkdir -p "$state" && touch "$state/without-$package"
    fi
done
exit 0
