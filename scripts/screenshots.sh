#!/bin/bash
# screenshots.sh: makes the pictures of the page in doc/, of real results of the exercises, in headless Chromium.
# Needs chromium, python3 and pngquant, which makes them small; takes half a minute.
set -eu
cd "$(dirname "$0")/.."
gomm=$PWD/${B:-build}/gomm
tmp=$(mktemp -d "${TMPDIR:-/tmp}/gomm-shots.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
scripts/find-browser.sh >/dev/null || {
    echo "screenshots.sh: no Chromium here (apt-get install chromium)" >&2
    exit 2
}
for tool in python3 pngquant; do
    command -v $tool >/dev/null || {
        echo "screenshots.sh: no $tool here (apt-get install $tool)" >&2
        exit 2
    }
done

run() { # status command...: exits as it should
    local want=$1 got=0
    shift
    "$@" >/dev/null || got=$?
    [ "$got" -eq "$want" ] || {
        echo "screenshots.sh: status $got of $*" >&2
        exit 1
    }
}

shoot() { # page name browser.py's arguments...
    local page=$1 name=$2
    shift 2
    python3 test/report/browser.py shoot "$tmp/$page.html" "$tmp/$name.png" "$@"
    pngquant --force --strip --speed 1 --output "doc/$name.png" 64 "$tmp/$name.png"
}

# A copy, so that the command lines in the pictures are those that a person would type.
cp -r go.mod exercises "$tmp"
PATH=$(dirname "$gomm"):$PATH
(
    cd "$tmp/exercises"
    run 1 gomm check -only race -html=race.html ./ex02_visibility
    gomm share -html=line.html ./ex03_false_sharing >/dev/null || [ $? -eq 1 ]
    run 0 gomm bench -html=bench.html ./ex01_escape
    mv ./*.html ..
)
for mode in light dark; do
    dark=
    [ $mode = light ] || dark=-dark
    shoot race page-race-$mode -width 1160 -height 1130 $dark
    shoot line page-line-$mode -width 1160 -height 1000 -fragment '#f1' $dark
    shoot bench page-bench-$mode -width 1160 -height 900 -script 'scrollTo(0, 420)' $dark
done
ls -l doc/page-*.png
