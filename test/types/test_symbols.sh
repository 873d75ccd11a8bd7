#!/bin/bash
# test_symbols.sh: functions and function literals of a linked program, gofmt, have the names that query_symbol gives
# them, in the same files.  Looked at are the packages that are compiled without inlining here; wrappers that the
# compiler adds are left out.
. "$(dirname "$0")/../lib.sh"
export CGO_ENABLED=0 GOFLAGS=

eval_symbols=${GOMM%/gomm}/test/types/eval_symbols
packages='(main|fmt|flag|sync|strconv|text/tabwriter|internal/poll|internal/diff|go/[a-z/]+)'

symbols() {
    "$GO" build -o "$lib_tmp/symbols" "$GOMM_ROOT/test/types/symbols.go" || notok "symbols $GO_VERSION" "symbols.go does not build"
    (cd / && nice "$GO" build -o "$lib_tmp/prog" -gcflags=-l -gcflags=fmt=-l -gcflags=flag=-l -gcflags=sync=-l \
        -gcflags=strconv=-l -gcflags=text/tabwriter=-l -gcflags=internal/poll=-l -gcflags=internal/diff=-l \
        -gcflags=go/...=-l -gcflags=cmd/gofmt=-l cmd/gofmt) || notok "symbols $GO_VERSION" "gofmt does not build"
    # Of an instance the type arguments are written as traces write them.  Methods without a literal may be wrappers;
    # what go:linkname gives another package's name lies in runtime.
    "$lib_tmp/symbols" "$lib_tmp/prog" | sed -E 's/\[go\.shape[^ ]*\](\)?\.[^] ]*)? /[...]\1 /' |
        grep -E "^$packages\.([A-Za-z0-9_]+|.*\.func[0-9.]+|init\.[0-9]+|glob\.\.func[0-9.]+) " |
        grep -Ev '\.init |map\.init|deferwrap|gowrap|-range|-fm |·|/src/runtime/' >"$lib_tmp/theirs"
    (cd / && nice "$eval_symbols" cmd/gofmt) >"$lib_tmp/ours"
    # A function begins where its first instruction does: at its first line, or, small ones, at its first statement.
    # Go 1.19 numbers what it wraps deferred calls in behind the literals: such names are unknown here.
    if awk -v old="$([[ $GO_VERSION == go1.19* ]] && echo 1)" '
        NR == FNR { line[$1] = $3; file[$1] = $2; next }
        { n++; literal = $1 ~ /func[0-9.]+$/; literals += literal }
        !($1 in line) { if (!(old && literal)) { print "  unknown: " $0; bad++ } else { wrap++ }; next }
        file[$1] != $2 || $3 < line[$1] || $3 > line[$1] + (literal ? 2 : 60) { print "  " $0 ", ours in line " line[$1]; bad++ }
        END { print "  " n " names, " literals " of literals, " wrap + 0 " of wrappers"; exit bad > 0 || n < 250 || literals - wrap < 20 }
    ' "$lib_tmp/ours" "$lib_tmp/theirs"; then
        ok "symbols $GO_VERSION"
    else
        notok "symbols $GO_VERSION" "see above"
    fi
}

for_each_go symbols
finish
