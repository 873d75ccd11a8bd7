"""table.py RESULT.json...: the verified fixes as a table: package, site, cause, fix, before and after."""
import json
import os
import sys


def number(v):
    return "%.0f" % v if v >= 100 or v == int(v) else "%.3g" % v


def delta(finding, name):
    for d in finding.get("check", {}).get("deltas", []):
        if d["name"] == name:
            return "%s → %s" % (number(d["before"]), number(d["after"]))
    return ""


print("| package | site | cause | fix | B/op | allocs/op | ns/op | benchmark |")
print("|---|---|---|---|---|---|---|---|")
for path in sys.argv[1:]:
    try:
        with open(path) as f:
            result = json.load(f)
    except ValueError:
        continue
    name = os.path.basename(path)[:-5]
    for f in result["findings"]:
        if f.get("check", {}).get("verdict") != "verified":
            continue
        place = "%s:%d" % (os.path.basename(f["file"]), f["line"])
        text = f["check"].get("text", "")
        print("| `%s` | %s | %s | %s | %s | %s | %s | %s |" % (
            f.get("package", name), place, f["code"], f["fix"]["title"].replace("|", "\\|"), delta(f, "B/op"),
            delta(f, "allocs/op"), delta(f, "ns/op"), text.split(":")[0].replace("Benchmark", "", 1)))
