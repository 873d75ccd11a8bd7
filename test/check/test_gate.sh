#!/bin/bash
# What gomm check shows and what makes it fail: -only, -fail, //gomm:ignore, -baseline, -new-from-rev; what is left when
# a package does not build or somebody interrupts.
. "$(dirname "$0")/../lib.sh"
unset GORACE GOMM_RUNTIME GOMM_INHERIT GOFLAGS GITHUB_WORKSPACE

new_module() {
    mkdir -p "$lib_tmp/$1" && cd "$lib_tmp/$1" || exit 2
    printf 'module example.com/%s\n\ngo 1.19\n' "$1" >go.mod
}

write_package() {
    cat >p.go <<'EOF'
package p

type Counter struct{ n int }

func New() *Counter { return &Counter{} }

func (c *Counter) Inc() { c.n++ }

var kept interface{}

func Box(n int) { kept = n }
EOF
    cat >p_test.go <<'EOF'
package p

import "testing"

func TestInc(t *testing.T) {
	c, done := New(), make(chan bool)
	go func() { c.Inc(); done <- true }()
	c.Inc()
	<-done
}
EOF
}

# edit FILE SED: changes a file of the package.
edit() {
    sed -i "$2" "$1"
}

# -- -only, -fail ------------------------------------------------------------------------------------

choose() {
    new_module choose
    write_package
    expect "everything" 1 "$GOMM" check .
    contains "a race, named by its variable" "$lib_tmp/out" '^RACE01 p\.go:7  write of c\.n by goroutine [0-9]+, write at :7 by'
    contains "n++ on both sides is one finding" "$lib_tmp/out" '^3 findings; 1 test failed with a race$'
    expect "-only RACE" 1 "$GOMM" check -only RACE .
    lacks "-only RACE: no escape analysis" "$lib_tmp/out" 'escape|ESC'
    contains "-only RACE: the race" "$lib_tmp/out" '^1 finding; 1 test failed'
    expect "-only ESC" 0 "$GOMM" check -only ESC .
    lacks "-only ESC: no tests" "$lib_tmp/out" 'tests|RACE'
    contains "-only ESC: what it finds" "$lib_tmp/out" '^2 findings$'
    contains "-only ESC: the packages" "$lib_tmp/out" ' · 1 package · '
    expect "-only of one code, in small letters" 0 "$GOMM" check -only esc01 .
    contains "-only of one code: that one" "$lib_tmp/out" '^ESC01 '
    contains "-only of one code: no other" "$lib_tmp/out" '^1 finding$'
    expect "-only of a pattern that the race has not" 0 "$GOMM" check -only RACE28 .
    contains "-only of a pattern: its test does not count either" "$lib_tmp/out" '^no findings; 1 test failed with a race$'
    expect "-only without" 0 "$GOMM" check '-only=ESC,!ESC01' .
    lacks "-only without: it is not there" "$lib_tmp/out" '^ESC01'
    expect "-fail by a code" 1 "$GOMM" check -only ESC -fail ESC01 .
    expect "-fail by another code" 0 "$GOMM" check -only ESC -fail ESC13 .
    expect "-fail=note" 1 "$GOMM" check -only ESC -fail=note .
    expect "-fail=none: a race" 0 "$GOMM" check -fail=none .
    contains "-fail=none: shown all the same" "$lib_tmp/out" '^RACE01 '
    expect "-fail by a code that is not the race's" 0 "$GOMM" check -fail ESC13 .
    expect "-fail=error" 1 "$GOMM" check -fail=error -o "$lib_tmp/r.json" .
    expect "a stored result fails as the run did" 1 "$GOMM" report "$lib_tmp/r.json"
    expect "-fail without races" 0 "$GOMM" check '-fail=warning,!RACE' -o "$lib_tmp/r.json" .
    expect "a stored result does not fail where the run did not" 0 "$GOMM" report "$lib_tmp/r.json"
    for args in -only=NOSUCH -only= -fail=blue -fail=none,ESC -update "-baseline x -new-from-rev y"; do
        # shellcheck disable=SC2086
        expect "usage: $args" 2 "$GOMM" check $args .
        contains "usage: $args: where to read on" "$lib_tmp/err" "Run 'gomm help check'"
    done
    cat >f_test.go <<'EOF'
package p

import "testing"

func TestWrong(t *testing.T) { t.Error("wrong") }
EOF
    expect "a test that fails by itself counts with any -fail" 1 "$GOMM" check -fail ESC13 .
    expect "but with -fail=none" 0 "$GOMM" check -fail=none .
    rm f_test.go
    printf 'package p\n\nfunc broken() int { return "" }\n' >broken.go
    expect "-only ESC, source that does not compile" 2 "$GOMM" check -only ESC .
    contains "-only ESC: the compiler's words" "$lib_tmp/out" 'note: example\.com/choose does not compile: broken\.go:3:'
    contains "-only ESC: the rest is shown" "$lib_tmp/out" '^ESC01 '
    expect "-only ESC, no such package" 2 "$GOMM" check -only ESC ./nosuch
}

# -- //gomm:ignore ------------------------------------------------------------------------------------

ignores() {
    new_module ignores
    write_package
    edit p.go 's,^func New,//gomm:ignore ESC01 callers keep it\n&,; s,{ c.n++ },{\n\tc.n++ //gomm:ignore RACE\n},'
    edit p.go 's,^func (c,//gomm:ignore ESC the whole body\n&,'
    edit p.go 's,^func Box,//gomm:ignore ESC99 is no code\n//gomm:ignore\n&,'
    expect "ignored" 1 "$GOMM" check -json .
    cp "$lib_tmp/out" "$lib_tmp/r.json"
    expect "the result in SARIF" 1 "$GOMM" report -sarif "$lib_tmp/r.json"
    cp "$lib_tmp/out" "$lib_tmp/r.sarif"
    expect "the result as text" 1 "$GOMM" report "$lib_tmp/r.json"
    lacks "what is ignored is not shown" "$lib_tmp/out" '^RACE01|^ESC01'
    contains "a reason is wanted" "$lib_tmp/out" '^IGN01  p\.go:[0-9]+:8  //gomm:ignore without a reason'
    contains "an unknown code" "$lib_tmp/out" '^IGN02  .*names ESC99, and there is no such code'
    contains "no code" "$lib_tmp/out" '^IGN02  .*names no code'
    contains "without effect" "$lib_tmp/out" '^IGN03  p\.go:8:1  //gomm:ignore ESC has no effect'
    contains "counted" "$lib_tmp/out" '^5 findings, 2 ignored; 1 test failed with a race$'
    python3 - "$lib_tmp/r.json" "$lib_tmp/r.sarif" <<'EOF' && ok "kept in JSON and SARIF" || notok "kept in JSON and SARIF"
import json, sys
doc, sarif = (json.load(open(f)) for f in sys.argv[1:])
by = {f["code"]: f["suppressed"] for f in doc["findings"] if "suppressed" in f}
assert by["ESC01"] == {"by": "ignore", "reason": "callers keep it"}, by
assert by["RACE01"]["by"] == "ignore", by
assert all(len(f["fingerprint"]) == 32 for f in doc["findings"])
assert len({f["fingerprint"] for f in doc["findings"]}) == len(doc["findings"])
results = sarif["runs"][0]["results"]
s = {r["ruleId"]: r["suppressions"] for r in results if "suppressions" in r}
assert s["ESC01"] == [{"kind": "inSource", "justification": "callers keep it"}], s
assert all(r["partialFingerprints"]["gomm/v2"] for r in results)
EOF
    expect "-only ESC judges no comment on races" 0 "$GOMM" check -only ESC,IGN03 -fail RACE .
    lacks "a comment on races is not said to be without effect" "$lib_tmp/out" 'ignore RACE'
    write_package
    edit p.go 's,c.n++,c.n = 1,; s,^func (c,//gomm:ignore RACE13 of no pattern\n//gomm:ignore RACE01\,ESC rough\n&,'
    edit p_test.go 's,^	c.Inc(),	_ = 0,'
    expect "a race that is not seen" 1 "$GOMM" check .
    contains "is a note of this run" "$lib_tmp/out" '^IGN03  p\.go:7:1  //gomm:ignore RACE13 has no effect: .* in this run$'
    expect "which does not fail" 0 "$GOMM" check -only RACE,IGN .
    contains "but is told" "$lib_tmp/out" '^IGN03  p\.go:8:1  //gomm:ignore RACE01 has no effect: .* in this run$'
    expect "not all tests ran" 0 "$GOMM" check -run TestInc -only RACE,IGN .
    contains "then nothing is said" "$lib_tmp/out" '^no findings$'

    write_package
    edit p.go 's,^package,// Package p is all of this.\n//\n//gomm:ignore ESC\, RACE all of the file\n&,'
    edit p_test.go 's,c.Inc(); ,c.Inc(); t.Log(7); ,'
    expect "a whole file" 0 "$GOMM" check .
    contains "a whole file: ignored" "$lib_tmp/out" '^no findings, 3 ignored; 1 test failed with a race$'
    contains "a whole file: what it does not excuse for sure" "$lib_tmp/out" '^note: 1 test printed something of its own and failed with a race'
    cat >q.go <<'EOF'
package p

import "os"

//gomm:ignore ESC02 made once
var (
	a = make([]int, len(os.Args))
	b = make([]int, len(os.Args)) //gomm:ignore ESC -- twice as sure
)
EOF
    expect "a group of variables" 0 "$GOMM" check -only ESC,IGN .
    contains "a group of variables: all of it" "$lib_tmp/out" '^no findings, 4 ignored$'

    expect "gomm escape ignores too" 0 "$GOMM" escape .
    contains "gomm escape: nothing" "$lib_tmp/out" '^0 values in the heap'
    expect "gomm escape, as a report" 0 "$GOMM" escape -sarif .
    contains "gomm escape, as a report: suppressions" "$lib_tmp/out" '"inSource"'
    sed -i 's,^//gomm:ignore ESC\, RACE.*,//,' p.go
    expect "gomm escape -fail" 1 "$GOMM" escape -fail ESC01 .
    expect "gomm escape -only" 0 "$GOMM" escape -only ESC13 .
}

# -- baselines -------------------------------------------------------------------------------------------

baselines() {
    new_module baselines
    write_package
    expect "-update" 0 "$GOMM" check -baseline "$lib_tmp/base" -update .
    contains "a line for the race" "$lib_tmp/base" "^RACE01	example\.com/baselines\.\(\*Counter\)\.Inc	example\.com/baselines\.\(\*Counter\)\.Inc	c\.n	1$"
    contains "a line for the heap" "$lib_tmp/base" '^ESC	example\.com/baselines	New	&Counter\{\}	1$'
    lacks "no line numbers" "$lib_tmp/base" 'p\.go|:[0-9]'
    edit p.go 's,^type,// Moved.\n\n&,'
    expect "nothing new" 0 "$GOMM" check -baseline "$lib_tmp/base" .
    contains "nothing new: counted" "$lib_tmp/out" '^no findings, 3 in the baseline; 1 test failed with a race$'
    expect "known findings in SARIF" 0 "$GOMM" check -baseline "$lib_tmp/base" -sarif .
    contains "known findings in SARIF: external" "$lib_tmp/out" '"kind": "external"'
    cp "$lib_tmp/base" "$lib_tmp/all"
    expect "-update of a part" 0 "$GOMM" check -only RACE -baseline "$lib_tmp/base" -update .
    cmp -s "$lib_tmp/base" "$lib_tmp/all" && ok "keeps the rest" || notok "keeps the rest" "$(diff "$lib_tmp/all" "$lib_tmp/base")"
    expect "gomm escape -update of the same file" 0 "$GOMM" escape -baseline "$lib_tmp/base" -update .
    cmp -s "$lib_tmp/base" "$lib_tmp/all" && ok "keeps the races" || notok "keeps the races" "$(diff "$lib_tmp/all" "$lib_tmp/base")"
    expect "gomm escape with it" 0 "$GOMM" escape -baseline "$lib_tmp/base" .
    grep -v '^RACE' "$lib_tmp/all" >"$lib_tmp/base"
    expect "a race that is new" 1 "$GOMM" check -baseline "$lib_tmp/base" .
    contains "a race that is new: shown" "$lib_tmp/out" '^1 finding, 2 in the baseline; '
    expect "no such baseline" 2 "$GOMM" check -only ESC -baseline "$lib_tmp/nosuch" .
    command -v git >/dev/null || return
    git init -q . && git add . && git -c user.name=a -c user.email=a@b commit -qm one || return
    printf '*_test.go export-ignore\n' >.gitattributes
    git add . && git -c user.name=a -c user.email=a@b commit -qm two
    printf '\nvar Global *Counter\n\nfunc Keep() { Global = &Counter{} }\n' >>p.go
    git_before=$(git status --porcelain)
    expect "-new-from-rev" 1 "$GOMM" check -new-from-rev HEAD -fail note .
    contains "-new-from-rev: what is new alone" "$lib_tmp/out" '^1 finding, 3 in the baseline; '
    contains "-new-from-rev: that" "$lib_tmp/out" '^ESC02 .*, in Keep$'
    [ "$(git status --porcelain)" = "$git_before" ] && ok "-new-from-rev leaves the work tree and index alone" ||
        notok "-new-from-rev leaves the work tree and index alone" "$(git status --porcelain)"
    "$GOMM_GO" test -run '^$' -bench . -memprofile "$lib_tmp/mem.pprof" -o "$lib_tmp/test.bin" . >/dev/null 2>&1
    cp "$lib_tmp/mem.pprof" .
    expect "-new-from-rev with a profile that the revision has not" 1 "$GOMM" check -only ESC -profile mem.pprof -new-from-rev HEAD -fail note .
    rm mem.pprof
    expect "no such revision" 2 "$GOMM" check -new-from-rev nonsense .
    contains "no such revision: git's words" "$lib_tmp/err" 'git read-tree: .*nonsense'
}

# A line that known programs of test/share have; nothing is measured.
shares() {
    cd "$GOMM_ROOT/exercises" || return
    expect "gomm share: no such baseline, before anything runs" 2 "$GOMM" share -quick -baseline "$lib_tmp/nosuch" ./ex03_false_sharing
    [ ! -s "$lib_tmp/out" ] && ok "gomm share: nothing was run" || notok "gomm share: nothing was run" "$(head -3 "$lib_tmp/out")"
    if [ "$(nproc)" -lt 2 ]; then
        skip "gomm share: baselines" "one processor shares nothing"
        return
    fi
    expect "gomm share -update" 0 "$GOMM" share -quick -baseline "$lib_tmp/share.base" -update ./ex03_false_sharing
    contains "gomm share -update: a line" "$lib_tmp/share.base" '^SHARE1	gomm\.dev/exercises/ex03_false_sharing	Counters\.A and Counters\.B	1$'
    expect "gomm share with it" 0 "$GOMM" share -quick -baseline "$lib_tmp/share.base" ./ex03_false_sharing
}

# -- other commands ------------------------------------------------------------------------------------------

bench() {
    new_module bench
    cat >b_test.go <<'EOF'
package b

import "testing"

var sink *int

//gomm:ignore BENCH01 on purpose
//gomm:allocs 0
func BenchmarkNew(b *testing.B) {
	for i := 0; i < b.N; i++ {
		sink = new(int)
	}
}
EOF
    expect "a budget is ignored" 0 "$GOMM" bench -benchtime 100x .
    edit b_test.go '/gomm:ignore/d'
    expect "and is not" 1 "$GOMM" bench -benchtime 100x .
    expect "bench -fail=none" 0 "$GOMM" bench -benchtime 100x -fail=none .
}

# -- what is left ------------------------------------------------------------------------------------------

partial() {
    new_module partial
    mkdir good broken
    (cd good && write_package)
    printf 'package broken\n\nfunc f() int { return "" }\n' >broken/b.go
    printf 'package broken\n\nimport "testing"\n\nfunc TestX(t *testing.T) {}\n' >broken/b_test.go
    expect "a package that does not build" 2 "$GOMM" check -baseline "$lib_tmp/pbase" -update ./...
    contains "the rest is shown" "$lib_tmp/out" '^RACE01 good/p\.go:7 '
    contains "and counted" "$lib_tmp/out" '; 1 package could not be built$'
    contains "and in the baseline" "$lib_tmp/pbase" '^RACE01'
    expect "-fail=none does not hide it" 2 "$GOMM" check -fail=none ./...

    # Ctrl-C reaches the whole group: go, the tests and gomm.
    cat >good/slow_test.go <<'EOF'
package p

import (
	"testing"
	"time"
)

func TestSlow(t *testing.T) {
	TestInc(t)
	time.Sleep(time.Hour)
}
EOF
    mkdir "$lib_tmp/tmp"
    TMPDIR=$lib_tmp/tmp python3 - "$GOMM" "$lib_tmp/tmp" >"$lib_tmp/out" 2>"$lib_tmp/err" <<'EOF'
import glob, os, signal, subprocess, sys, time

def default(): # a shell that runs a script has its background commands ignore it
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_DFL)

p = subprocess.Popen([sys.argv[1], "check", "./good"], preexec_fn=default)
for _ in range(300): # until the race is noted
    if any('"event":"race"' in open(f).read() for f in glob.glob(sys.argv[2] + "/gomm-check*/*")):
        break
    time.sleep(0.1)
os.killpg(p.pid, signal.SIGINT)
sys.exit(128 - p.wait())
EOF
    [ $? -eq 130 ] && ok "Ctrl-C: dies of it" || notok "Ctrl-C: dies of it" "$(cat "$lib_tmp/err")"
    contains "Ctrl-C: the race is told" "$lib_tmp/out" '^RACE01 '
    contains "Ctrl-C: what goes to the heap is told" "$lib_tmp/out" '^ESC01 '
    contains "Ctrl-C: says so" "$lib_tmp/out" 'note: interrupted'
    left=$(find "$lib_tmp/tmp" -name 'gomm-*')
    [ -z "$left" ] && ok "Ctrl-C: leaves nothing" || notok "Ctrl-C: leaves nothing" "$left"
}

choose
ignores
baselines
shares
bench
partial
finish
