"""stack.py DIR LIMIT: what fast_amd64.S calls on a goroutine's stack takes no more of it than LIMIT bytes.  DIR has what gcc
-fcallgraph-info=su says of rt/*.c (GCC manual, "Developer Options"): frames with the return address, and calls."""

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


def deepest(name, above=()):
    """Bytes, and the way there."""
    if name in above:
        return 0, []
    below = max((deepest(c, above + (name,)) for c in calls.get(name, ())), default=(0, []))
    return frames.get(name, 0) + below[0], [f"{name} {frames.get(name)}"] + below[1]


# quick_read and quick_write leave their frame to scalar_general (a jump, see test_stack.sh), and then have left lean_words.
scalar = "rt/quick.c:scalar_general"
for name in ("quick_read", "quick_write"):
    calls[name].discard(scalar)
bad = 0
for name in ("quick_read", "quick_write", scalar, "quick_range", "quick_pc"):
    size, way = deepest(name)
    if name not in frames or size > int(sys.argv[2]):
        print(f"{name}: {size} bytes: {', '.join(way)}")
        bad = 1
sys.exit(bad)
