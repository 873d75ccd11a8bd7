#!/bin/bash
# Stored results, their renderings, event files, gomm explain, env, help.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/modules.sh"
unset GORACE GOMM_RUNTIME GOMM_INHERIT GOFLAGS GITHUB_WORKSPACE GITHUB_STEP_SUMMARY

# is_json NAME FILE PYTHON: the file is JSON, and the condition on its value d holds.
is_json() {
    if ! command -v python3 >/dev/null; then
        skip "$1" "no python3 here"
    elif python3 -c "
import json, sys
d = json.load(open(sys.argv[1]))
assert ($3), sys.argv[1]" "$2" 2>"$lib_tmp/py"; then
        ok "$1"
    else
        notok "$1" "$(tail -1 "$lib_tmp/py")"
    fi
}

cd "$lib_tmp" && mkdir "a b<c>" && cd "a b<c>" || exit 2
printf 'module example.com/report\n\ngo 1.19\n' >go.mod
write_racy_package
printf 'package p\n\nimport "testing"\n\nfunc TestWrong(t *testing.T) { t.Error("100%%, <b> & \\x1b[31mred") }\n' >w_test.go

expect "check, stored, with a page" 1 "$GOMM" check -o "$lib_tmp/r.json" -html="$lib_tmp/r.html" .
contains "the page is named" "$lib_tmp/out" "Pictures: $lib_tmp/r\.html\$"
lacks "escape sequences of others are made visible" "$lib_tmp/out" "$(printf '\033')"
cp "$lib_tmp/out" "$lib_tmp/check.out"
expect "report, text" 1 "$GOMM" report "$lib_tmp/r.json"
if diff <(sed 's/\. Pictures:.*//' "$lib_tmp/check.out") "$lib_tmp/out" >&2; then ok "is what check showed"; else notok "is what check showed" "they differ"; fi
expect "report, json" 1 "$GOMM" report -json "$lib_tmp/r.json"
if cmp "$lib_tmp/r.json" "$lib_tmp/out" >&2; then ok "is what was stored"; else notok "is what was stored" "they differ"; fi
is_json "the result document" "$lib_tmp/r.json" \
    'd["schema"] == "gomm/result" and d["version"] == 1 and d["status"] == 1 and len(d["findings"]) == 1
    and d["findings"][0]["code"] == "RACE01" and d["findings"][0]["count"] == 1
    and [len(s["frames"]) > 0 for s in d["findings"][0]["stacks"][:2]] == [True, True]
    and d["packages"][0]["status"] == "fail" and d["failures"][0]["test"] == "TestWrong"
    and "\x1b[31mred" in d["failures"][0]["output"]'

expect "report -only: what is not there" 1 "$GOMM" report -only ESC "$lib_tmp/r.json"
contains "report -only: nothing, but for the test that fails by itself" "$lib_tmp/out" '^no findings; 1 test failed with a race; 1 failure of other kinds$'
expect "report -only, as a document" 1 "$GOMM" report -json -only RACE -fail RACE "$lib_tmp/r.json"
is_json "has -fail" "$lib_tmp/out" 'd["fail"] == "RACE" and len(d["findings"]) == 1'
expect "report -fail=none" 0 "$GOMM" report -fail=none "$lib_tmp/r.json"
contains "report -fail=none: shows all the same" "$lib_tmp/out" '^RACE01 '
for args in -only=NOSUCH -fail=blue -baseline=x; do
    expect "usage: report $args" 2 "$GOMM" report $args "$lib_tmp/r.json"
done

expect "report, sarif" 1 "$GOMM" report -sarif "$lib_tmp/r.json"
is_json "SARIF: what the standard demands" "$lib_tmp/out" \
    'd["version"] == "2.1.0" and d["$schema"].endswith("sarif-schema-2.1.0.json") and len(d["runs"]) == 1
    and d["runs"][0]["tool"]["driver"]["name"] == "gomm"
    and d["runs"][0]["tool"]["driver"]["rules"][d["runs"][0]["results"][0]["ruleIndex"]]["id"] == d["runs"][0]["results"][0]["ruleId"] == "RACE01"
    and d["runs"][0]["results"][0]["level"] in ("none", "note", "warning", "error")
    and d["runs"][0]["results"][0]["message"]["text"]
    and isinstance(d["runs"][0]["invocations"][0]["executionSuccessful"], bool)'
is_json "SARIF: locations" "$lib_tmp/out" \
    '[(l["physicalLocation"]["artifactLocation"]["uri"], l["physicalLocation"]["artifactLocation"]["uriBaseId"], l["physicalLocation"]["region"]["startLine"]) for l in d["runs"][0]["results"][0]["locations"]] == [("p.go", "SRCROOT", 6)]
    and d["runs"][0]["originalUriBaseIds"]["SRCROOT"]["uri"].startswith("file:///") and d["runs"][0]["originalUriBaseIds"]["SRCROOT"]["uri"].endswith("/a%20b%3Cc%3E/")
    and all("location" in f for s in d["runs"][0]["results"][0]["stacks"] for f in s["frames"])'

printf '%s' '{"schema":"gomm/result","version":1,"status":0,"dir":"/x","findings":[{"code":"RACE01","severity":"error","message":"m","fingerprint":"0","stacks":[
    {"title":"t","frames":[{"func":"f","file":"/x/a.go","line":1}]},{"title":"t","frames":[{"func":"g","file":"/x/a.go","line":2}]}]}]}' >"$lib_tmp/same.json"
expect "SARIF of stacks with one title" 0 "$GOMM" report -sarif "$lib_tmp/same.json"
is_json "SARIF: threads have ids of their own" "$lib_tmp/out" '[t.get("id") for t in d["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"]] == ["t", None]'

GOMM_EVENTS=$lib_tmp/raw "$GOMM" test . >/dev/null 2>&1
valid "events of a test" "$lib_tmp/raw"
expect "an event file in SARIF" 1 "$GOMM" report -sarif "$lib_tmp/raw"
expect "gomm fix in SARIF" 0 env -C "$GOMM_ROOT/exercises" "$GOMM" fix -n -sarif ./ex01_escape

expect "report, github" 1 "$GOMM" report -github "$lib_tmp/r.json"
contains "github: an annotation" "$lib_tmp/out" '^::error file=p\.go,line=6,title=RACE01::write of ready by goroutine'
contains "github: a failure" "$lib_tmp/out" '^::error title=test failure::example\.com/report TestWrong%0A.*100%25'
lacks "github: no summary without a file for it" "$lib_tmp/out" '^## gomm'
echo "before" >"$lib_tmp/summary"
expect "github: summary" 1 env GITHUB_STEP_SUMMARY="$lib_tmp/summary" "$GOMM" report -github "$lib_tmp/r.json"
contains "github: the summary is added to what is there" "$lib_tmp/summary" '^before$'
contains "github: the summary counts" "$lib_tmp/summary" '^## gomm: 1 finding$'
contains "github: the summary has a row for the finding" "$lib_tmp/summary" '^\| RACE01 \| <code>p\.go&#58;6</code> \| write of ready by goroutine'
contains "github: the summary has failures, as text" "$lib_tmp/summary" '^<details><summary>FAIL example\.com/report TestWrong</summary>$'
lacks "github: no markup of others in the summary" "$lib_tmp/summary" '<b>'
expect "github: a summary that cannot be written" 2 env GITHUB_STEP_SUMMARY=/nonexistent/summary "$GOMM" report -github "$lib_tmp/r.json"
expect "github: a workspace above" 1 env GITHUB_WORKSPACE="$lib_tmp" "$GOMM" report -github "$lib_tmp/r.json"
contains "github: names are below it" "$lib_tmp/out" '^::error file=a b<c>/p\.go,line=6,'

if command -v python3 >/dev/null; then
    if python3 - "$lib_tmp/r.html" 2>"$lib_tmp/py" <<'EOF'; then
import base64, hashlib, html.parser, re, sys
text = open(sys.argv[1], encoding="utf-8").read()
void = {"meta", "br", "link", "img", "input", "hr"}
class P(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack, self.tags = [], set()
    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            assert name not in ("src", "action") and (name != "href" or value.startswith("#")), (tag, name, value)
        if tag not in void:
            self.stack.append(tag)
    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
    def handle_endtag(self, tag):
        assert self.stack.pop() == tag, tag
p = P()
p.feed(text)
p.close()
assert not p.stack, p.stack
script = re.findall(r"<script\b[^>]*>(.*?)</script", text, re.S)
digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
assert "svg" in p.tags and len(script) == 1 and f"script-src 'sha256-{digest}'" in text
assert not re.search(r"url\((?!#)|@import", text)
assert "100%, &lt;b&gt; &amp;" in text and "\x1b" not in text
assert "no happens-before" in text and "func Publish" in text
EOF
        ok "the page is well formed and loads nothing"
    else
        notok "the page is well formed and loads nothing" "$(tail -1 "$lib_tmp/py")"
    fi
else
    skip "the page" "no python3 here"
fi

# Every renderer at once takes part in one status.
expect "report, with a page" 1 "$GOMM" report -html="$lib_tmp/again.html" "$lib_tmp/r.json"
if cmp "$lib_tmp/r.html" "$lib_tmp/again.html" >&2; then ok "the same page"; else notok "the same page" "they differ"; fi
touch -d '+1 hour' p.go
expect "source that changed since" 1 "$GOMM" report "$lib_tmp/r.json"
lacks "is not shown" "$lib_tmp/out" 'func Publish'

# Damaged documents.
broken() { # name, pattern, text
    printf '%s' "$3" >"$lib_tmp/broken.json"
    expect "$1" 2 "$GOMM" report "$lib_tmp/broken.json"
    contains "$1: is explained" "$lib_tmp/err" "^gomm: .*broken\.json: $2"
}
broken "an empty file" '' ''
broken "no JSON" 'bad JSON at line 1' 'hello'
broken "another document" 'schema: ' '{"a":1}'
broken "another schema" 'schema is x' '{"schema":"x","version":1,"findings":[],"status":0}'
broken "a newer schema" 'result of schema version 99' '{"schema":"gomm/result","version":99,"findings":[],"status":0}'
broken "a finding without a code" 'findings\[0\]: code' '{"schema":"gomm/result","version":1,"findings":[{}],"status":0}'
broken "a picture with a mark too many" 'findings\[0\]: picture' \
    '{"schema":"gomm/result","version":1,"status":0,"findings":[{"code":"RACE01","severity":"error","message":"m","picture":{"lanes":["a"],"marks":[],"edges":[{"from":3,"to":4}]}}]}'
head -c 1500 "$lib_tmp/r.json" >"$lib_tmp/broken.json"
expect "a cut document" 2 "$GOMM" report "$lib_tmp/broken.json"
expect "a document that is not there" 2 "$GOMM" report "$lib_tmp/nosuch.json"
contains "is named" "$lib_tmp/err" 'nosuch\.json: no such file'
expect "no document" 2 "$GOMM" report
expect "two documents" 2 "$GOMM" report a b

# Event files: of a program that ran by itself, whole and damaged.
new_module events
write_racy_program 0
"$GOMM" build -o prog . || notok "build" "failed"
GOMM_EVENTS=$lib_tmp/ev ./prog >/dev/null 2>&1
valid "events of a program" "$lib_tmp/ev"
expect "an event file" 1 "$GOMM" report "$lib_tmp/ev"
contains "an event file: the finding" "$lib_tmp/out" '^RACE01 main\.go:13  write of shared by '
expect "an event file, -only" 0 "$GOMM" report -only SHARE "$lib_tmp/ev"
contains "an event file, -only: nothing" "$lib_tmp/out" '^no findings$'
expect "an event file, -fail" 0 "$GOMM" report -fail '!RACE' "$lib_tmp/ev"
sed -i.bak '13s|$| //gomm:ignore RACE only one of them is looked at|' main.go
expect "an event file, with a comment in the source" 0 "$GOMM" report "$lib_tmp/ev"
contains "a comment in the source: it counts" "$lib_tmp/out" '^no findings, 1 ignored$'
mv main.go.bak main.go
head -c -1 "$lib_tmp/ev" | head -n 2 >"$lib_tmp/cut"
head -n 2 "$lib_tmp/ev" | tail -n 1 | head -c 300 >>"$lib_tmp/cut"
expect "an event file that is cut off" 1 "$GOMM" report "$lib_tmp/cut"
contains "cut off: what was found is told" "$lib_tmp/out" '^RACE01 '
contains "cut off: so is what is missing" "$lib_tmp/out" 'note: 1 line of the event file could not be read; its end is missing'
{
    head -n 1 "$lib_tmp/ev"
    echo '{"v":1,"event":"race","pid":1}'
    echo 'nonsense'
    tail -n +2 "$lib_tmp/ev"
} >"$lib_tmp/mixed"
expect "an event file with bad lines between" 1 "$GOMM" report "$lib_tmp/mixed"
contains "bad lines: the finding" "$lib_tmp/out" '^1 finding$'
contains "bad lines: are counted" "$lib_tmp/out" '2 lines of the event file could not be read'
grep -v '"event":"race"' "$lib_tmp/ev" >"$lib_tmp/lost"
expect "an event file that lost its race" 0 "$GOMM" report "$lib_tmp/lost"
contains "lost: is noticed" "$lib_tmp/out" '1 race that the programs counted did not reach the event file'

# A full disk under check: what the file lost, the printed text still has.
if [ -w /dev/full ]; then
    cat >p_test.go <<'EOF'
package main

import (
	"os"
	"testing"
)

var word int

func TestFull(t *testing.T) {
	// What a full disk does: from now on nothing can be added to the file.
	if err := os.Truncate(os.Getenv("GOMM_EVENTS"), 0); err != nil {
		t.Fatal(err)
	}
	done := make(chan bool)
	go func() {
		word = 1
		done <- true
	}()
	word = 2
	<-done
	os.Truncate(os.Getenv("GOMM_EVENTS"), 0)
}
EOF
    expect "events that are lost" 1 "$GOMM" check .
    contains "lost events: the printed report is shown" "$lib_tmp/out" 'WARNING: DATA RACE'
    contains "lost events: and why" "$lib_tmp/out" 'note: 1 race report was printed, 0 reached the event file'
fi

# explain
expect "explain a code" 0 "$GOMM" explain RACE01
contains "explain: the rule" "$lib_tmp/out" 'must be ordered'
contains "explain: an example" "$lib_tmp/out" 'go func\(\) \{'
contains "explain: the cure" "$lib_tmp/out" '^Cure: '
# Each code that stands in the source is explained, completely.
codes=$(cd "$GOMM_ROOT" && grep -rohE '"(RACE|ESC|SHARE|BENCH|IGN|TYPE|SYNTAX|LOAD)[0-9]+"' src | tr -d '"' | sort -u)
unexplained=
for code in $codes; do
    "$GOMM" explain "$code" >"$lib_tmp/explained" 2>&1 && grep -q "^$code " "$lib_tmp/explained" &&
        grep -q '^Cure: .' "$lib_tmp/explained" || unexplained="$unexplained $code"
done
if [ "$(echo "$codes" | wc -l)" -gt 40 ] && [ -z "$unexplained" ]; then ok "explain: every code"; else notok "explain: every code" "not$unexplained"; fi
expect "explain a place" 0 "$GOMM" explain -from "$lib_tmp/r.json" "$lib_tmp/a b<c>/p.go:6"
contains "explain: the finding there" "$lib_tmp/out" '^RACE01 '
expect "explain a place with nothing" 0 "$GOMM" explain -from "$lib_tmp/r.json" "$lib_tmp/a b<c>/p.go:1"
contains "explain: says so" "$lib_tmp/out" 'says nothing of '
expect "explain a place that is not there" 2 "$GOMM" explain p.go:6
contains "explain: says so" "$lib_tmp/err" 'open p\.go: no such file'
expect "explain a line of source" 0 "$GOMM" explain "$GOMM_ROOT/exercises/ex03_false_sharing/ex03_false_sharing.go:18"
contains "explain: the function" "$lib_tmp/out" 'ex03_false_sharing\.\(\*Counters\)\.Hammer\.func1'
contains "explain: the field" "$lib_tmp/out" 'field ex03\.Counters\.A atomic\.Int64, 8 bytes, at offset 0 of Counters \(16 bytes\)'
contains "explain: the callee" "$lib_tmp/out" 'call of sync/atomic\.\(\*Int64\)\.Add'
expect "explain a column" 0 "$GOMM" explain "$GOMM_ROOT/exercises/ex03_false_sharing/ex03_false_sharing.go:15:11"
contains "explain: what is around it" "$lib_tmp/out" 'make\(chan struct\{\}, 2\).*call of builtin\.make'
expect "explain a line that is not there" 2 "$GOMM" explain "$GOMM_ROOT/exercises/ex03_false_sharing/ex03_false_sharing.go:9999"
contains "explain: no such line" "$lib_tmp/err" 'has no line 9999'
expect "explain nonsense" 2 "$GOMM" explain nonsense
contains "explain: the codes" "$lib_tmp/err" 'RACE01'
expect "explain nothing" 2 "$GOMM" explain

# env, version, help, unknown commands
expect "env" 0 "$GOMM" env
contains "env: the version of Go" "$lib_tmp/out" "^GOVERSION='go1\.[0-9.]+'"
contains "env: the runtime" "$lib_tmp/out" "^GOMM_RUNTIME_ID='[0-9a-f]{32}'"
contains "env: supported" "$lib_tmp/out" "^RACE='supported'"
expect "env -json" 0 "$GOMM" env -json
is_json "env -json is JSON" "$lib_tmp/out" 'd["RACE"] == "supported" and d["GO"].endswith("/go")'
expect "env with an argument" 2 "$GOMM" env x
expect "version" 0 "$GOMM" version
contains "version: form" "$lib_tmp/out" '^gomm version [0-9.]+ linux/amd64$'
expect "help" 0 "$GOMM" help
cp "$lib_tmp/out" "$lib_tmp/help"
for c in $(sed -n '/commands are/,/^Use/s/^\t\([a-z]*\) .*/\1/p; /Further topics/,$s/^\t\([a-z]*\) .*/\1/p' "$lib_tmp/help"); do
    expect "help $c" 0 "$GOMM" help "$c"
done
expect "no command" 2 "$GOMM"
expect "unknown command" 2 "$GOMM" chekc
contains "unknown command: which was meant" "$lib_tmp/err" "Did you mean 'gomm check'\?"
expect "unknown topic" 2 "$GOMM" help nosuch
expect "help, too much" 2 "$GOMM" help test run
finish
