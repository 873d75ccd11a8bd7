"""proposed.py RESULT.json DIR: in which functions of the Go files below DIR fixes were proposed, where they should have been,
and where not: those named want... and keep...  Prints what is wrong; the last line counts."""
import json
import os
import re
import sys

with open(sys.argv[1]) as f:
    result = json.load(f)
func = re.compile(r"^func (?:\([^)]*\) )?(\w+)")


def functions(path):
    """line → the function around it"""
    out, name = {}, None
    with open(path) as f:
        for i, line in enumerate(f, 1):
            m = func.match(line)
            if m:
                name = m.group(1)
            out[i] = name
    return out


seen, all_functions, cache = set(), set(), {}
for root, _, names in os.walk(sys.argv[2]):
    for n in names:
        path = os.path.join(root, n)
        if n.endswith(".go") and not n.endswith("_test.go"):
            cache[os.path.realpath(path)] = functions(path)
            all_functions |= {(os.path.basename(root), x) for x in cache[os.path.realpath(path)].values() if x}
for f in result["findings"]:
    for e in f.get("fix", {}).get("edits", []):
        where = cache.get(os.path.realpath(e["file"]))
        if where and where.get(e["line"]):
            seen.add((os.path.basename(os.path.dirname(e["file"])), where[e["line"]]))
bad = 0
for package, name in sorted(all_functions):
    has = (package, name) in seen
    if has != name.lower().startswith("want") and (has and name.startswith("keep") or has and name.startswith("Keep") or not has and name.lower().startswith("want")):
        print("%s.%s: %s" % (package, name, "proposed" if has else "not proposed"))
        bad += 1
print("%d of %d wrong" % (bad, len(all_functions)))
sys.exit(bad > 0)
