#!/bin/bash
# What is not changed, with the reason (refuse/); and findings that need no changes.  Nothing here measures time; where the
# machine is so busy that two goroutines never ran at once, the programs are observed again.
. "$(dirname "$0")/../lib.sh"
here=$GOMM_ROOT/test/share

if [ "$(nproc)" -lt 2 ]; then
    skip share "one processor: nothing is shared between processors"
    finish
fi

# Structs whose layout is somebody else's business are left alone, with the reason.
cp -r "$here/refuse" "$lib_tmp/refuse"
refused() { # findings packages...: up to three times, until so many were found
    for _ in 1 2 3; do
        (cd "$lib_tmp/refuse" && "$GOMM" share -quick "${@:2}") >"$lib_tmp/report" 2>&1 </dev/null
        [ "$(grep -c '^SHARE[123] ' "$lib_tmp/report")" -eq "$1" ] && break
    done
}
refused 8 ./sizeof ./wire ./literal ./inside ./other ./printed ./handed
contains share/refuse/sizeof "$lib_tmp/report" 'no padding is offered: unsafe\.Sizeof at sizeof\.go:[0-9]+ depends on its layout'
contains share/refuse/wire "$lib_tmp/report" 'no padding is offered: encoding/binary\.Write at wire\.go:[0-9]+ makes its layout a format'
contains share/refuse/literal "$lib_tmp/report" 'no padding is offered: the literal without field names at other\.go:[0-9]+ in another package'
contains share/refuse/printed "$lib_tmp/report" 'no padding is offered: fmt\.Sprintf at printed\.go:[0-9]+ shows its fields'
contains share/refuse/handed "$lib_tmp/report" 'cure: the elements of counts are int64, and it is used as a whole at handed\.go:30'
contains share/refuse/exported "$lib_tmp/report" 'cure: Reads is exported, and other modules may speak of it'
contains share/refuse/conversion "$lib_tmp/report" 'no padding is offered: the conversion at handed\.go:[0-9]+ wants another struct with the same fields'
lacks share/refuse/none "$lib_tmp/report" '^--- a/(sizeof|wire|literal|other|handed|printed)/'
contains share/inside "$lib_tmp/report" '^\+var Some = Stats\{1, \[56\]byte\{\}, 2, \[56\]byte\{\}\}'

refused 9 ./shown ./unsafely ./words ./linked ./linker ./exported
contains share/refuse/order "$lib_tmp/report" 'no other order of the fields is offered, which would add fewer bytes: encoding/json\.Marshal at shown\.go:19 shows its fields'
contains share/refuse/elements "$lib_tmp/report" 'no padding is offered: encoding/json\.Marshal at shown\.go:44 shows its fields'
contains share/refuse/unsafe "$lib_tmp/report" 'no padding is offered: counts is handed to package unsafe at unsafely\.go:15'
contains share/refuse/unsafe/globals "$lib_tmp/report" 'no padding is offered: misses is handed to package unsafe at unsafely\.go:26'
contains share/refuse/words "$lib_tmp/report" 'no padding is offered: where words have 32 bits, totals would not be aligned'
contains share/refuse/words/order "$lib_tmp/report" 'no other order of the fields is offered, which would add fewer bytes: where words have 32 bits, total would not be aligned'
contains share/refuse/words/elements "$lib_tmp/report" 'no padding is offered: where words have 32 bits, total would not be aligned'
contains share/refuse/linked "$lib_tmp/report" 'cure: go:linkname makes hits known elsewhere'
contains share/refuse/exported/embedded "$lib_tmp/report" 'cure: Hits is exported, and other modules may speak of it'
contains share/refuse/field "$lib_tmp/report" '^--- a/shown/shown\.go'
lacks share/refuse/none2 "$lib_tmp/report" '^--- a/(unsafely|linked|linker|exported)/'

# Lines of which a part is in no object: Go ends a program that asks what lies there.
for _ in 1 2 3; do
    (cd "$lib_tmp/refuse" && "$GOMM" share -quick ./tails) >"$lib_tmp/report" 2>&1 </dev/null
    grep -q '^SHARE1 ' "$lib_tmp/report" && break
done
contains share/tails "$lib_tmp/report" '^SHARE1 .* block\.left and block\.right share one 64-byte cache line'
lacks share/tails/asked "$lib_tmp/report" 'bad pointer'

# Without a run: hints that say that nothing is proven.
cat >"$lib_tmp/refuse/inside/pool.go" <<'EOF'
package inside

import "sync/atomic"

type Pool struct {
	gets, puts atomic.Int64
	both       atomic.Int64
}

func (p *Pool) Get() { p.gets.Add(1); p.both.Add(1) }
func (p *Pool) Put() { p.puts.Add(1); p.both.Add(1) }
EOF
expect share/static 0 "$GOMM" share -C "$lib_tmp/refuse" -static -quick -run '^$' ./inside
contains share/static/hint "$lib_tmp/out" '^SHARE9 inside/pool\.go:6:2 +unproven: Pool\.gets and puts lie on one 64-byte cache line'
lacks share/static/both "$lib_tmp/out" '^SHARE9 .*(Pool\.both|and both lie)'

finish
