#!/bin/bash
# The page of a report in headless Chromium: what it does, what it refuses to do, how it bears many findings.
. "$(dirname "$0")/../lib.sh"

browser() { # check|load|shoot PAGE ...
    python3 "$GOMM_ROOT/test/report/browser.py" "$@"
}

if ! command -v python3 >/dev/null; then
    skip "page" "no python3 here"
    finish
fi
"$GOMM_ROOT/scripts/find-browser.sh" >/dev/null || {
    skip "page" "no Chromium here; the distribution's package is chromium"
    finish
}

# Real findings of all three kinds, benchmarks and a verified fix, put together, and names that a page must not believe.
cd "$GOMM_ROOT/exercises" || exit 2
expect "races" 1 "$GOMM" check -o "$lib_tmp/race.json" ./ex02_visibility
expect "escapes" 0 "$GOMM" escape -o "$lib_tmp/escape.json" ./ex01_escape
"$GOMM" bench -json -benchtime=2000x ./ex01_escape >"$lib_tmp/bench.json" 2>/dev/null
"$GOMM" report -json "$lib_tmp/bench.json" >"$lib_tmp/bench2.json"
valid "benchmarks" "$lib_tmp/bench.json"
valid "benchmarks, as a result" "$lib_tmp/bench2.json"
python3 - "$lib_tmp" <<'PY' || notok "the documents" "cannot be put together"
import json, sys
d = sys.argv[1]
a, b, c = (json.load(open(f"{d}/{n}.json")) for n in ("race", "escape", "bench2"))
a["findings"] += b["findings"]
a["benchmarks"] = c["benchmarks"]
hostile = "<img src=x onerror=hostile=1></script><script>hostile=1</script>\"'><svg onload=hostile=1>&lt;\u202eevil"
f = dict(a["findings"][0], code="X1", message=hostile, object=hostile, package=hostile, why=[{"text": hostile}],
         related=[{"label": hostile, "file": "/" + hostile, "line": 1}],
         stacks=[{"title": hostile, "frames": [{"func": hostile, "file": hostile, "line": 3}]}],
         fix={"title": hostile, "edits": [], "diff": hostile},
         check={"verdict": "verified", "text": hostile, "commands": [hostile],
                "deltas": [{"name": hostile, "before": 2, "after": 1, "low": 0, "high": 0, "p": -1, "n": 0}]})
f["picture"] = {"lanes": [hostile], "marks": [{"lane": 0, "label": hostile, "hot": True}], "edges": []}
f["cache_line"] = {"size": 64, "cells": [{"from": 0, "to": 8, "label": hostile, "who": hostile, "hot": True}]}
a["findings"].append(f)
a["failures"].append({"package": hostile, "test": hostile, "output": hostile, "raced": False})
a["notes"].append(hostile)
a["benchmarks"].append({"package": hostile, "name": hostile, "metrics": [{"name": hostile, "value": 1}], "bytes": 10,
                        "sites": [{"func": hostile, "file": hostile, "line": 1, "bytes": 7, "allocs": 1, "what": hostile}]})
json.dump(a, open(f"{d}/all.json", "w"))
some = [dict(x, package=f"example.com/p{i % 40}") for i in range(10000 // len(a["findings"][:-1]) + 1) for x in a["findings"][:-1]]
json.dump(dict(a, findings=some[:10000]), open(f"{d}/many.json", "w"))
PY
expect "the page" 1 "$GOMM" report -html="$lib_tmp/all.html" "$lib_tmp/all.json"
lacks "hostile names: not as markup" "$lib_tmp/all.html" '<img|<svg onload|</script><script>'
if browser check "$lib_tmp/all.html" >"$lib_tmp/browser" 2>&1; then
    cat "$lib_tmp/browser"
    lib_failures=$((lib_failures + $(grep -c '^not ok' "$lib_tmp/browser")))
else
    notok "the page in Chromium" "$(tail -n 1 "$lib_tmp/browser")"
fi
expect "10000 findings" 1 "$GOMM" report -html="$lib_tmp/many.html" "$lib_tmp/many.json"
if browser load "$lib_tmp/many.html" >"$lib_tmp/load" 2>&1 && grep -q '^10000 findings' "$lib_tmp/load"; then
    ok "10000 findings: loaded, searched, scrolled, opened" # how fast is in the log
    cat "$lib_tmp/load" >&2
else
    notok "10000 findings: in Chromium" "$(tail -n 1 "$lib_tmp/load")"
fi
finish
