#!/bin/bash
# What users do with links and tools works with gomm in between.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/modules.sh"
unset GORACE GOMM_RUNTIME GOMM_INHERIT GOFLAGS

# A program built by COMMAND... must hold gomm's runtime, find the race and exit with 66.
detects() { # name, gomm arguments
    name=$1
    shift
    rm -f "$lib_tmp/prog"
    expect "$name" 0 "$GOMM" build -o "$lib_tmp/prog" "$@" || return
    if has_stock_runtime "$lib_tmp/prog"; then
        notok "$name: gomm's runtime" "Go's own is inside"
        return
    fi
    expect "$name: finds the race" 66 "$lib_tmp/prog"
}

# A -toolexec program of the user's that notes which tools it ran.
write_toolexec() { # file
    cat >"$1" <<'EOF'
#!/bin/sh
log=$1
shift
printf '%s\n' "$1 $2" >>"$log"

exec "$@"
EOF
    chmod +x "$1"
}

links() {
    v=$GO_VERSION
    new_module "links$v"
    write_racy_program 0
    detects "$v: plain" .
    detects "$v: -race given too" -race .
    detects "$v: -trimpath" -trimpath .
    detects "$v: external linking" -ldflags=-linkmode=external .
    detects "$v: -ldflags=-s" -ldflags=-s .
    detects "$v: -ldflags '-s -w'" -ldflags='-s -w' .
    if grep -q avx2 /proc/cpuinfo; then
        export GOAMD64=v3
        detects "$v: GOAMD64=v3" .
        unset GOAMD64
    else
        skip "$v: GOAMD64=v3" "this processor is older"
    fi
    GOFLAGS=-race detects "$v: GOFLAGS=-race" .
    printf 'package main\nfunc init() { println("overlaid") }\n' >"$lib_tmp/extra.go"
    printf '{"Replace":{"%s/extra.go":"%s/extra.go"}}' "$PWD" "$lib_tmp" >"$lib_tmp/overlay.json"
    detects "$v: -overlay" -overlay="$lib_tmp/overlay.json" .
    contains "$v: -overlay is heard" "$lib_tmp/err" '^overlaid$'

    # go run strips what it links; a global is named all the same.
    GOMM_EVENTS=$lib_tmp/events$v "$GOMM" run . >/dev/null 2>&1
    contains "$v: globals have names in go run" "$lib_tmp/events$v" '"name":"main.shared"'
}

cgo() {
    v=$GO_VERSION
    new_module "cgo$v"
    write_racy_program 0
    cat >c.go <<'EOF'
package main

// static int one(void) { return 1; }
import "C"

func init() { shared = int(C.one()) }
EOF
    detects "$v: cgo" .
    detects "$v: cgo, external linking" -ldflags=-linkmode=external .
}

chains() {
    v=$GO_VERSION
    new_module "chain$v"
    write_racy_program 0
    mkdir -p "$lib_tmp/with space"
    write_toolexec "$lib_tmp/with space/tool"
    for form in "-toolexec='$lib_tmp/with space/tool' $lib_tmp/log" \
        "--toolexec=\"$lib_tmp/with space/tool\" $lib_tmp/log"; do
        rm -f "$lib_tmp/log"
        detects "$v: user's ${form%%=*}" "$form" .
        contains "$v: ${form%%=*} saw the link" "$lib_tmp/log" '/link -o$'
        contains "$v: ${form%%=*} saw a version asked" "$lib_tmp/log" '/link -V=full$'
        lacks "$v: ${form%%=*} did not see gomm" "$lib_tmp/log" 'gomm|toolexec'
    done
    rm -f "$lib_tmp/log"
    detects "$v: user's -toolexec, two words" -toolexec "'$lib_tmp/with space/tool' $lib_tmp/log" .
    contains "$v: two words: saw the link" "$lib_tmp/log" '/link -o$'
    rm -f "$lib_tmp/log"
    case $v in go1.19.*) # no blanks in its GOFLAGS
        printf '#!/bin/sh\nexec "%s/with space/tool" %s/log "$@"\n' "$lib_tmp" "$lib_tmp" >"$lib_tmp/tool"
        chmod +x "$lib_tmp/tool"
        export GOFLAGS="-toolexec=$lib_tmp/tool -trimpath" ;;
    *)
        export GOFLAGS="\"-toolexec='$lib_tmp/with space/tool' $lib_tmp/log\" -trimpath" ;;
    esac
    detects "$v: user's -toolexec in GOFLAGS" .
    contains "$v: GOFLAGS: saw the link" "$lib_tmp/log" '/link -o$'
    unset GOFLAGS
    expect "$v: user's -toolexec that does not exist" 1 "$GOMM" build -toolexec=/no/such .
    contains "$v: is named" "$lib_tmp/err" '/no/such'
    expect "$v: user's -toolexec that cannot be split" 2 "$GOMM" build "-toolexec='a" .
    contains "$v: is explained" "$lib_tmp/err" 'unterminated'

    # gomm itself in an odd place.
    cp "$GOMM" "$lib_tmp/with space/go'mm"
    save=$GOMM
    GOMM=$lib_tmp/with\ space/go\'mm
    detects "$v: a path with a space and a quote" .
    GOMM=$save
    ln -sf "$GOMM" "$lib_tmp/linked"
    GOMM=$lib_tmp/linked
    detects "$v: through a symbolic link" .
    GOMM=$save
}

inherits() {
    v=$GO_VERSION
    new_module "outer$v"
    mkdir inner && write_racy_program 0 && mv main.go inner/
    cat >p_test.go <<'EOF'
package p

import (
	"os"
	"os/exec"
	"testing"
)

func TestNested(t *testing.T) {
	out, err := exec.Command("go", "build", "-race", "-o", os.Getenv("INNER"), "./inner").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
EOF
    export INNER="$lib_tmp/inner$v"
    expect "$v: a nested go build" 0 "$GOMM" test -count=1 .
    if has_stock_runtime "$INNER"; then ok "$v: inherits nothing"; else notok "$v: inherits nothing" "gomm's runtime is inside"; fi
    expect "$v: -gomm.inherit" 0 "$GOMM" test -count=1 -gomm.inherit .
    if has_stock_runtime "$INNER"; then notok "$v: inherits gomm's runtime" "Go's own is inside"; else ok "$v: inherits gomm's runtime"; fi
    expect "$v: GOMM_INHERIT=1, flags in GOFLAGS" 0 env GOMM_INHERIT=1 GOFLAGS='-trimpath -ldflags=-w' "$GOMM" test -count=1 .
    if has_stock_runtime "$INNER"; then notok "$v: GOMM_INHERIT=1" "Go's own is inside"; else ok "$v: GOMM_INHERIT=1"; fi
    unset INNER
}

for_each_go links
for_each_go cgo
for_each_go chains
for_each_go inherits
finish
