#!/bin/bash
# Programs with known answers (progs/, want.txt): who shares a line, in which way, named to the field; and the changes that
# are proposed for them compile and pull apart what they should.  Nothing here measures time; where the machine is so busy
# that two goroutines never ran at once, the program is observed again.
. "$(dirname "$0")/../lib.sh"
here=$GOMM_ROOT/test/share

if [ "$(nproc)" -lt 2 ]; then
    skip share "one processor: nothing is shared between processors"
    finish
fi

# The lines about one program, each with its code and message: from the report in $lib_tmp/report.
said() { # program
    grep -E "^SHARE[0-9]+ +($1/|)[a-z_]*\.go:" "$lib_tmp/report" | grep -E " $1/" || true
}

observe() { # programs...
    (cd "$lib_tmp/progs" && GOMM_EVENTS='' "$GOMM" share -quick -o "$lib_tmp/result.json" "${@/#/./}") \
        >"$lib_tmp/report" 2>"$lib_tmp/err" </dev/null
}

is_right() { # program code pattern
    case $2 in
    -) [ -z "$(said "$1")" ] ;;
    =) [ -z "$(said "$1")" ] && grep -q '^note: .* hold.* a mutex and what it guards' "$lib_tmp/report" ;;
    *) [ "$(said "$1" | wc -l)" -eq 1 ] && said "$1" | grep -Eq "^$2 .*  $3" ;;
    esac
}

# check NAME PROGRAMS...: all at once, and those that are wrong up to three times by themselves.
check() {
    local name=$1 program code pattern
    shift
    observe "$@"
    cp "$lib_tmp/report" "$lib_tmp/all"
    for want in "$@"; do
        read -r program code pattern < <(grep -E "^$want +" "$here/want.txt")
        cp "$lib_tmp/all" "$lib_tmp/report"
        for _ in 1 2 3; do
            is_right "$program" "$code" "$pattern" && break
            observe "$program"
        done
        if is_right "$program" "$code" "$pattern"; then
            ok "$name/$program"
            awk -v p="--- a/$program/" '/^--- a\//{on = index($0, p) == 1} on' "$lib_tmp/report" >>"$lib_tmp/diff"
        else
            notok "$name/$program" "want $code $pattern"
            sed 's/^/  /' "$lib_tmp/report"
        fi
    done
    cp "$lib_tmp/all" "$lib_tmp/report"
}

cp -r "$here/progs" "$lib_tmp/progs"
mapfile -t all < <(grep -v '^#' "$here/want.txt" | cut -d ' ' -f 1)
check "share" "${all[@]}"

# The picture, the places, the goroutines.
observe fields
contains share/picture "$lib_tmp/report" '^       line  .*AAAAAAAA BBBBBBBB'
contains share/picture/legend "$lib_tmp/report" 'A  bytes [0-9]+-[0-9]+  Stats\.Requests, written by goroutine [0-9]+'
contains share/site "$lib_tmp/report" 'goroutine [0-9]+ atomically changes Stats\.Requests at fields/fields\.go:11, in fields\.'
contains share/allocation "$lib_tmp/report" 'Stats is in a heap block of 16 bytes, allocated at fields/fields_test\.go:[0-9]+'
expect share/stored 1 "$GOMM" report -html="$lib_tmp/page.html" "$lib_tmp/result.json"
contains share/stored/picture "$lib_tmp/out" 'AAAAAAAA BBBBBBBB'
contains share/svg "$lib_tmp/page.html" '<svg .*aria-label="cache line">'

# A cheaper cure is told of, and only written when it was measured (long_cure.sh).
for _ in 1 2 3; do
    observe order
    is_right order SHARE1 Stats && break
done
contains share/order "$lib_tmp/report" 'another order of Stats.s fields: in, inBytes, name, peer, address, mtu, out, outBytes; Stats keeps its 88 bytes'

# The proposed changes, as patch takes them: they compile, and the variables are at least a line apart.
(cd "$lib_tmp/progs" && patch -s -p1 <"$lib_tmp/diff") >"$lib_tmp/out" 2>&1 &&
    (cd "$lib_tmp/progs" && "$GOMM_GO" vet ./... && gofmt -l . | grep . && exit 1 || exit 0) >>"$lib_tmp/out" 2>&1
if [ $? -eq 0 ]; then
    ok share/fix/compiles
else
    notok share/fix/compiles "see below"
    sed 's/^/  /' "$lib_tmp/out"
fi
layout() { # name type pattern: a line of the type's layout
    (cd "$lib_tmp/progs" && "$GOMM" layout "./$2") >"$lib_tmp/out" 2>&1
    contains "$1" "$lib_tmp/out" "$3"
}
layout share/fix/fields fields.Stats '^ +64 +8 +1 +Failures '
layout share/fix/readmostly readmostly.Table '^ +(8[89]|9[0-9]|[1-9][0-9][0-9]) +8 +1 +size '
layout share/fix/linreg linreg.lreg ': 128 bytes'
layout share/fix/spinpool spinpool.spinlock ': 64 bytes'
layout share/fix/heapobj heapobj.counter ': 80 bytes'
layout share/fix/plainfield plainfield.paddedUint64 ': 64 bytes'
expect share/fix/means-the-same 0 "$GOMM_GO" -C "$lib_tmp/progs" test ./order ./plain ./plainfield ./plainvars

# Go 1.19 observes the same.
if [ -n "$GOMM_GO119" ] && [ "$GOMM_GO119" != "$GOMM_GO" ]; then
    rm -rf "$lib_tmp/progs"
    cp -r "$here/progs" "$lib_tmp/progs"
    PATH=$(dirname "$GOMM_GO119"):$PATH
    check share/go1.19 fields linreg globals heapobj plainfield c_phases
else
    skip share/go1.19 "no Go 1.19 here"
fi

finish
