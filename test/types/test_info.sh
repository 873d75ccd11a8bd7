#!/bin/bash
# test_info.sh: what is recorded of each expression, name, selector and instance of some packages of std is what go/types
# records.
. "$(dirname "$0")/common.sh"

GO=$GOMM_GO
minor=$("$GO" env GOVERSION | sed -E 's/^go1\.([0-9]+).*/\1/')
if [ "$minor" -lt 26 ]; then
    skip "types info" "types are written as Go 1.26 writes them"
    finish
fi
eval_info=${eval_types%_types}_info
if ! "$GO" build -o "$lib_tmp/info" "$GOMM_ROOT/test/types/info.go"; then
    notok "types info" "info.go does not build"
    finish
fi

# Of other packages (long_info.sh) two things are not compared: the value of a float or complex constant where a name
# stands for it, which is kept as declared, not rounded to the type; and whether a type is written byte or uint8.
plain() {
    if [ -n "${GOMM_INFO-}" ]; then
        sed -E -i '/ (Ident|Selector) const /s/( const [^ ]+) .*/\1/; s/\bbyte\b/uint8/g; s/\brune\b/int32/g' "$@"
    fi
}

for p in ${GOMM_INFO:-slices maps iter strings sort strconv fmt reflect sync sync/atomic container/list unique math/big \
    time regexp encoding/json encoding/xml text/template go/types}; do
    (cd / && nice "$eval_info" "$p") >"$lib_tmp/ours" || notok "types info $p" "errors"
    nice "$lib_tmp/info" "$p" >"$lib_tmp/theirs" || notok "types info $p" "errors of go/types"
    plain "$lib_tmp/ours" "$lib_tmp/theirs"
    LC_ALL=C sort -o "$lib_tmp/ours" "$lib_tmp/ours"
    LC_ALL=C sort -o "$lib_tmp/theirs" "$lib_tmp/theirs"
    LC_ALL=C comm -3 "$lib_tmp/ours" "$lib_tmp/theirs" >"$lib_tmp/diff"
    if [ ! -s "$lib_tmp/diff" ] && { [ -s "$lib_tmp/ours" ] || [ -n "${GOMM_INFO-}" ]; }; then # some packages are empty
        ok "types info $p"
    else
        head -20 "$lib_tmp/diff"
        notok "types info $p" "$(wc -l <"$lib_tmp/diff") of $(wc -l <"$lib_tmp/ours") lines differ"
    fi
done
finish
