#!/bin/bash
# long_sites.sh: what gomm bench says of the sites of std benchmarks adds up to their B/op, within 2 %, on at least 20
# of them.  Prints a table.
# limit: 3000
. "$(dirname "$0")/../lib.sh"

# package, and which of its benchmarks where there are hundreds
packages=(strconv encoding/json:'Code|Response|Unmarshal' encoding/hex fmt:'S[pe]' strings:'Map|Repeat|Split|Fields|Join'
    bytes:'Fields|ToUpper|Buffer' encoding/binary encoding/xml bufio regexp:'Find|Match|Replace' regexp/syntax net/url
    net/textproto html mime math/big:'String|Exp|Sqrt' time:'Format|Parse' unicode/utf8 errors log text/tabwriter
    archive/zip encoding/csv encoding/pem net/netip:'Parse|String' image/png go/parser go/scanner sort expvar)
SITES=$lib_tmp/sites
(cd "$(dirname "$0")/sites" && go build -o "$SITES" main.go) || exit 2

sums() {
    local root dir=$lib_tmp/$GO_VERSION p n=0
    root=$("$GO" env GOROOT)/src
    mkdir -p "$dir"
    for p in "${packages[@]}"; do
        local bench=.
        case $p in *:*) bench=${p#*:} p=${p%%:*} ;; esac
        [ -d "$root/$p" ] || continue
        n=$((n + 1))
        # Failing benchmarks (1) are a result; that the sums are right is asked below.
        (cd "$root/$p" && timeout 120 "$GOMM" bench -json -no-gc -benchtime=0.1s -bench "$bench" . >"$dir/$n.json" 2>"$dir/$n.err")
    done
    "$SITES" "$dir"/*.json >"$lib_tmp/table"
    sed "s/^/  $GO_VERSION  /" "$lib_tmp/table"
    local good
    good=$(sed -n 's/^result: \([0-9]*\) of .*/\1/p' "$lib_tmp/table")
    if [ "${good:-0}" -ge 20 ]; then
        ok "$GO_VERSION: sites add up to B/op"
    else
        notok "$GO_VERSION: sites add up to B/op" "of ${good:-0} benchmarks, want 20"
    fi
}
for_each_go sums
finish
