"""stack.py DIR LIMIT: what fast_amd64.S calls on a goroutine's stack takes no more of it than LIMIT bytes.  DIR has what gcc
-fcallgraph-info=su says of rt/*.c (GCC manual, "Developer Options"): frames with the return address, and calls; and quick.s,
as objdump -d --no-show-raw-insn prints rt/quick.c."""

import glob
import re
import sys

frames, calls = {}, {}
for path in glob.glob(sys.argv[1] + "/*.ci"):
    for line in open(path, encoding="utf-8"):
        node = re.match(r'node: \{ title: "([^"]+)" label: "([^"]*)"', line)
        edge = re.match(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', line)
        size = node and re.search(r"(\d+) bytes", node[2])
        if size:
            frames[node[1]] = int(size[1])
        if edge:
            calls.setdefault(edge[1], set()).add(edge[2])

# Who leaves the frame to another function of quick.c, by a jump, and never calls it.
jumped, called = set(), set()
for line in open(sys.argv[1] + "/quick.s", encoding="utf-8"):
    head = re.match(r"[0-9a-f]+ <(\w+)>:", line)
    go = re.search(r"\t(jmp|call) +[0-9a-f]+ <(\w+)>$", line)
    if head:
        function = head[1]
    if go and go[2] != function:
        (jumped if go[1] == "jmp" else called).add((function, go[2]))
leaves = jumped - called


def plain(name):
    return name.removeprefix("rt/quick.c:")


def deepest(name, above=()):
    """Bytes, and the way there."""
    if name in above:
        return 0, []
    own, after = [(0, [])], [(0, [])]
    for callee in calls.get(name, ()):
        way = deepest(callee, above + (name,))
        (after if (plain(name), plain(callee)) in leaves else own).append(way)
    below = max(own)
    return max((frames.get(name, 0) + below[0], [f"{name} {frames.get(name)}"] + below[1]), max(after))


bad = 0
for name in ("quick_read", "quick_write", "quick_lean_read", "quick_lean_write", "quick_range", "quick_pc"):
    size, way = deepest(name)
    if name not in frames or size > int(sys.argv[2]):
        print(f"{name}: {size} bytes: {', '.join(way)}")
        bad = 1
sys.exit(bad)
