# common.sh: what the tests of gomm escape share.
# shellcheck shell=bash
. "$(dirname "$0")/../lib.sh"

# What later phases of the compiler say under -m is none of gomm's business; and Go 1.19 shows the place of what cgo
# writes in a directory that is gone.
decisions() {
    grep -v -e 'index bounds check elided$' -e '_cgo_gotypes\.go:'
}

# rate FILE: "99.95 % (N of M)" of its last line; percentage FILE: 99.95.
rate() {
    sed -n '$s/^agreement: //p' "$1"
}
percentage() {
    sed -n '$s/^agreement: \([0-9.]*\) %.*/\1/p' "$1"
}
# inlining FILE: "99.95 % (N of M)".
inlining() {
    sed -n 's/^inlining: //p' "$1"
}
at_least() { # percentage wanted
    awk -v a="$1" -v b="$2" 'BEGIN { exit !(a != "" && a + 0 >= b + 0) }'
}
