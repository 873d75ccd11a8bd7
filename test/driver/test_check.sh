#!/bin/bash
# gomm check: findings, failures, exit statuses, renderings.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/modules.sh"
unset GORACE GOMM_RUNTIME GOMM_INHERIT GOFLAGS GITHUB_WORKSPACE

finds() {
    v=$GO_VERSION
    new_module "finds$v"
    mkdir racy calm prog broken failing
    (cd racy && write_racy_package)
    (cd calm && write_calm_package)
    printf 'package main\nfunc main() {}\n' >prog/main.go
    echo 'package broken; func f() int { return "" }' >broken/b.go
    printf 'package broken\nimport "testing"\nfunc TestX(t *testing.T) {}\n' >broken/b_test.go
    cat >failing/f_test.go <<'EOF'
package failing

import "testing"

func TestWrong(t *testing.T) {
	t.Run("sub", func(t *testing.T) { t.Error("one is not two") })
}
EOF
    expect "$v: a race is a finding" 1 "$GOMM" check ./racy
    contains "$v: header" "$lib_tmp/out" "^gomm: $v linux/amd64 · 1 package · escape [0-9.]+ m?s · tests [0-9.]+ m?s\$"
    contains "$v: the finding" "$lib_tmp/out" \
        '^RACE01 racy/p\.go:6  write of ready by goroutine [0-9]+, read at :11 by goroutine [0-9]+$'
    contains "$v: why" "$lib_tmp/out" \
        'why   no happens-before: since :(6|11) goroutine [0-9]+ released nothing that goroutine [0-9]+ has acquired'
    contains "$v: what the memory is" "$lib_tmp/out" '/racy\.ready is a global variable of 1 byte$'
    contains "$v: source" "$lib_tmp/out" '> +6 \| func Publish\(\) \{ ready = true \}'
    contains "$v: both stacks" "$lib_tmp/out" '^       read of ready by goroutine'
    contains "$v: creation" "$lib_tmp/out" 'was created by goroutine'
    contains "$v: the count" "$lib_tmp/out" '^1 finding; 1 test failed with a race$'
    lacks "$v: no race text of the detector" "$lib_tmp/out" 'WARNING: DATA RACE|accessed at byte'
    lacks "$v: a failure that is only the race is not shown twice" "$lib_tmp/out" '^FAIL'
    lacks "$v: no fix is claimed" "$lib_tmp/out" 'fix'
    [ ! -s "$lib_tmp/err" ] && ok "$v: nothing on standard error" || notok "$v: nothing on standard error" "$(cat "$lib_tmp/err")"

    expect "$v: calm" 0 "$GOMM" check ./calm
    contains "$v: calm: no findings" "$lib_tmp/out" '^no findings$'
    [ "$(wc -l <"$lib_tmp/out")" -eq 3 ] && ok "$v: calm: nothing else" || notok "$v: calm: nothing else" "$(cat "$lib_tmp/out")"
    expect "$v: a program without tests" 0 "$GOMM" check ./prog
    contains "$v: is named" "$lib_tmp/out" '/prog is a program without tests'
    expect "$v: another failure" 1 "$GOMM" check ./failing
    contains "$v: is shown" "$lib_tmp/out" '^FAIL   example\.com/finds.*/failing TestWrong/sub$'
    contains "$v: with its words" "$lib_tmp/out" 'f_test\.go:6: one is not two'
    contains "$v: and counted" "$lib_tmp/out" '^no findings; 1 failure of other kinds$'
    expect "$v: source that does not compile" 2 "$GOMM" check ./broken
    contains "$v: the compiler's words" "$lib_tmp/err" 'broken/b\.go:1:'
    contains "$v: counted" "$lib_tmp/out" '1 package could not be built'
    expect "$v: all" 2 "$GOMM" check ./...
    contains "$v: all: five packages" "$lib_tmp/out" '· 5 packages ·'
    contains "$v: all: the race all the same" "$lib_tmp/out" '^RACE01 racy/p\.go:6 '
    expect "$v: missing package" 2 "$GOMM" check ./nosuch
    expect "$v: -C" 0 "$GOMM" check -C calm .
    expect "$v: -C missing" 2 "$GOMM" check -C nosuch .
    contains "$v: -C missing is named" "$lib_tmp/err" 'chdir nosuch: no such file'

    expect "$v: -run" 0 "$GOMM" check -run TestCalm ./racy
    expect "$v: -run=, behind the package" 0 "$GOMM" check ./racy -run=TestCalm -short -v -timeout 1m -cpu 1,2 -p 1
    contains "$v: -v shows the tests" "$lib_tmp/err" '^=== RUN   TestCalm'
    expect "$v: -count" 1 "$GOMM" check -count=3 -run TestRace ./racy
    # The detector tells a race once in a process, as Go's does.
    contains "$v: -count: one finding" "$lib_tmp/out" '^1 finding;'
    # The same race seen by the tests of two packages.
    mkdir user
    printf 'package user\n\nimport (\n\t"testing"\n\n\tp "example.com/finds%s/racy"\n)\n' "$v" >user/u_test.go
    sed '1,/^import/d; s/Publish()/p.Publish()/; s/ Ready()/ p.Ready()/' racy/p_test.go >>user/u_test.go
    expect "$v: a race in two packages" 1 "$GOMM" check ./racy ./user
    contains "$v: is one finding" "$lib_tmp/out" '^1 finding; 2 tests failed with a race$'
    contains "$v: seen twice" "$lib_tmp/out" 'seen  2 times$'
    rm -rf user

    expect "$v: -args" 1 "$GOMM" check ./calm -args -nosuch
    contains "$v: -args reach the test" "$lib_tmp/out" 'flag provided but not defined: -nosuch'
    expect "$v: --" 1 "$GOMM" check ./calm -- -nosuch
    contains "$v: so do those behind --" "$lib_tmp/out" 'flag provided but not defined: -nosuch'
}

# Tests that end in other ways than by returning.
ends() {
    v=$GO_VERSION
    new_module "ends$v"
    write_racy_package
    cat >e_test.go <<'EOF'
package p

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

func TestPanic(t *testing.T) { panic("at once") }

func TestExit(t *testing.T) {
	TestRace(t)
	os.Exit(5)
}

func TestKilled(t *testing.T) {
	TestRace(t)
	syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

func TestSlow(t *testing.T) {
	TestRace(t)
	time.Sleep(time.Hour)
}

func TestChild(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestRace$")
	cmd.Run() // fails, and nobody looks
}

func TestQuiet(t *testing.T) { t.Fail() }

func TestNoNewline(t *testing.T) { print("no newline"); t.Fail() }

func TestBoth(t *testing.T) {
	TestRace(t)
	t.Error("and this too")
}
EOF
    expect "$v: panic" 1 "$GOMM" check -run TestPanic .
    contains "$v: panic: its message" "$lib_tmp/out" '^ +panic: at once'
    expect "$v: os.Exit" 1 "$GOMM" check -run TestExit .
    contains "$v: os.Exit: the race is told" "$lib_tmp/out" '^RACE01 '
    expect "$v: killed" 1 "$GOMM" check -run TestKilled .
    contains "$v: killed: the race is told" "$lib_tmp/out" '^RACE01 '
    expect "$v: timeout" 1 "$GOMM" check -run TestSlow -timeout 2s .
    contains "$v: timeout: the race is told" "$lib_tmp/out" '^RACE01 '
    contains "$v: timeout: so is the timeout" "$lib_tmp/out" 'test timed out after 2s'
    expect "$v: a child whose failure nobody looks at" 1 "$GOMM" check -run TestChild .
    contains "$v: child: the race is told" "$lib_tmp/out" '^RACE01 '
    expect "$v: child: again, since nothing is cached" 1 "$GOMM" check -run TestChild .
    expect "$v: no message" 1 "$GOMM" check -run TestQuiet .
    contains "$v: no message: says so" "$lib_tmp/out" 'failed without a message'
    expect "$v: output without a newline" 1 "$GOMM" check -run TestNoNewline .
    contains "$v: output without a newline: shown" "$lib_tmp/out" '^ +no newline'
    expect "$v: a race and a failure" 1 "$GOMM" check -run TestBoth .
    contains "$v: both: the failure" "$lib_tmp/out" 'e_test\.go:[0-9]+: and this too'
    contains "$v: both: the race" "$lib_tmp/out" '^RACE01 '

    # Interrupted, it tells what was found up to then, and dies of the signal.
    mkdir "$lib_tmp/tmp$v"
    TMPDIR=$lib_tmp/tmp$v "$GOMM" check -run TestSlow . >"$lib_tmp/out" 2>"$lib_tmp/err" &
    pid=$!
    for _ in $(seq 300); do # until the race is noted
        grep -qs '"event":"race"' "$lib_tmp/tmp$v"/gomm-check*/* && break
        sleep 0.1
    done
    kill -TERM $pid
    wait $pid
    [ $? -eq 143 ] && ok "$v: interrupted: dies of it" || notok "$v: interrupted: dies of it" "$?"
    contains "$v: interrupted: the race is told" "$lib_tmp/out" '^RACE01 '
    contains "$v: interrupted: says so" "$lib_tmp/out" 'note: interrupted'
    left=$(find "$lib_tmp/tmp$v" -name 'gomm-check*')
    [ -z "$left" ] && ok "$v: interrupted: leaves nothing" || notok "$v: interrupted: leaves nothing" "$left"
}

usage() {
    new_module usage
    write_calm_package
    for args in -nosuch "-json -sarif" -html -html= "-color=blue" -race=false -c "-list ." -o; do
        # shellcheck disable=SC2086
        expect "usage: $args" 2 "$GOMM" check $args
        contains "usage: $args: where to read on" "$lib_tmp/err" "Run 'gomm help check'"
        [ ! -s "$lib_tmp/out" ] && ok "usage: $args: quiet" || notok "usage: $args: quiet" "$(cat "$lib_tmp/out")"
    done
    expect "usage: unknown flag, Go's words" 2 "$GOMM" check -nosuch
    contains "usage: unknown flag" "$lib_tmp/err" '^flag provided but not defined: -nosuch$'
    expect "usage: -h" 0 "$GOMM" check -h
    contains "usage: -h: the help" "$lib_tmp/out" '^usage: gomm check'
    expect "usage: the stock runtime cannot check" 2 "$GOMM" check -gomm.runtime=stock .
    mkdir "$lib_tmp/nothing"
    (cd "$lib_tmp/nothing" && expect "no module" 2 "$GOMM" check ./...)
    expect "a result that cannot be stored" 2 "$GOMM" check -o /no/such/dir/r.json .
    contains "is named" "$lib_tmp/err" '/no/such/dir'
    contains "and the report shown all the same" "$lib_tmp/out" '^no findings$'
    expect "standard output that is full" 2 sh -c '"$GOMM" check . >/dev/full'
    contains "is named" "$lib_tmp/err" 'standard output: no space left on device'
    expect "-color=always" 0 "$GOMM" check -color=always .
    esc=$(printf '\033')
    expect "NO_COLOR on a terminal is not needed in a pipe" 0 "$GOMM" check .
    lacks "no colour in a pipe" "$lib_tmp/out" "$esc"
}

for_each_go finds
for_each_go ends
usage
finish
