#!/usr/bin/env python3
"""Judges rt_access_size on real programs.

For each Go toolchain and package given, builds the package's test binary with -race, links
harness.c in place of the race runtime (through -toolexec, at link time, nothing is installed), runs
the tests and reports, over all return addresses of raceread and racewrite calls that were executed,
for how many the width was found.

With -oracle the packages are compiled by a copy of the toolchain's own compiler with one line
added: each raceread/racewrite call also passes the size of the accessed type, in RBX, where the
stock assembly leaves it alone.  A width larger than that size would make false race reports; the
program then fails.  A smaller one is possible and right where the compiler narrowed or shortened an
access, and is counted.

usage: run.py [-go GO]... [-oracle] [-work DIR] [-show N] [-min PERCENT] [-flags F] [package]...
  -go       a go command; the one on PATH without it
  -work     where to build (build/size)
  -show     print the code behind N addresses of each kind: wrong, smaller writes, not found
  -min      fail if a smaller share of the addresses was found
  -flags    further flags for "go test -c", in one argument
"""
import collections
import json
import os
import re
import shlex
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = ["encoding/json", "strconv", "sort", "regexp", "go/types", "net/http"]
RACE_PACKAGES = ("runtime/race", "runtime/race/internal/amd64v1", "runtime/race/internal/amd64v3")
RECORD = struct.Struct("<QIIIIIIII")


def swap_syso(archive, syso, out):
    """Copies a Go archive with its race_linux*.syso member replaced; returns whether there was one."""
    data = open(archive, "rb").read()
    if data[:8] != b"!<arch>\n":
        sys.exit(f"{archive}: not an archive")
    new, pos, found = data[:8], 8, False
    while pos + 60 <= len(data):
        header, size = data[pos:pos + 60], int(data[pos + 48:pos + 58])
        body = data[pos + 60:pos + 60 + size]
        if header.startswith(b"race_linux"):  # the name is cut after 16 bytes
            body, found = open(syso, "rb").read(), True
            header = header[:48] + b"%-10d" % len(body) + header[58:]
        new += header + body + (b"\n" if len(body) & 1 else b"")
        pos += 60 + size + (size & 1)
    open(out, "wb").write(new)
    return found


def toolexec(argv):
    """The -toolexec side: argv is the tool's command line."""
    tool = os.path.basename(argv[0])
    compiler = os.environ.get("SIZE_COMPILE")
    if tool == "compile" and compiler:
        argv[0] = compiler
    if tool == "link" and "-importcfg" in argv:
        i = argv.index("-importcfg") + 1
        lines, swapped = open(argv[i]).read().split("\n"), 0
        for n, line in enumerate(lines):
            m = re.match(r"packagefile (\S+?)=(.*)$", line)
            if m and m[1] in RACE_PACKAGES:
                out = os.path.join(os.path.dirname(argv[i]), "harness%d.a" % n)
                if swap_syso(m[2], os.environ["SIZE_SYSO"], out):
                    lines[n] = f"packagefile {m[1]}={out}"
                    swapped += 1
        if swapped != 1:
            sys.exit(f"run.py: {swapped} race runtimes swapped, expected 1")
        argv[i] += ".harness"
        open(argv[i], "w").write("\n".join(lines))
    os.execv(argv[0], argv)


def run(argv, **kw):
    return subprocess.run(argv, check=True, **kw)


def build_harness(work, name):
    """One relocatable object of harness.c and the code under test."""
    cc, objs = os.environ.get("CC", "gcc"), []
    os.makedirs(work, exist_ok=True)
    for src in ("../../rt/size.c", "../../rt/x86.c", "harness.c"):
        objs.append(os.path.join(work, os.path.basename(src) + ".o"))
        run([cc, "-std=c17", "-O2", "-ffreestanding", "-fPIC", "-fvisibility=hidden",
             "-fno-stack-protector", f'-DSIZE_OUT="{work}/out"', "-c", os.path.join(HERE, src),
             "-o", objs[-1]])
    out = os.path.join(work, name)
    run(["ld", "-r", "-o", out] + objs)
    return out


def build_oracle(go, env, work):
    """The toolchain's compiler with the size of the type passed along."""
    out = os.path.join(work, "compile")
    if os.path.exists(out):
        return out
    goroot = subprocess.check_output([go, "env", "GOROOT"], env=env, text=True).strip()
    src = os.path.join(goroot, "src/cmd/compile/internal/ssagen/ssa.go")
    text = open(src).read()
    before = "\tif needWidth {\n\t\targs = append(args, s.constInt(types.Types[types.TUINTPTR], w))\n"
    if text.count(before) != 1:
        sys.exit(f"run.py: {src} is not as expected, no oracle for this Go version")
    changed = os.path.join(work, "ssa.go")
    open(changed, "w").write(text.replace(before, before.replace(
        "needWidth", "needWidth || base.Flag.Race")))
    overlay = os.path.join(work, "overlay.json")
    json.dump({"Replace": {os.path.realpath(src): changed, src: changed}}, open(overlay, "w"))
    run([go, "build", "-overlay", overlay, "-o", out, "cmd/compile"], env=env)
    return out


def records(work):
    for name in os.listdir(work):
        if re.match(r"out\.\d+$", name):
            yield from RECORD.iter_unpack(open(os.path.join(work, name), "rb").read())


def show(binary, pcs):
    """Prints the code behind some return addresses."""
    for pc, note in pcs:
        text = subprocess.check_output(
            ["objdump", "-d", "--no-show-raw-insn", f"--start-address={pc - 5}",
             f"--stop-address={pc + 96}", binary], text=True)
        lines = [l for l in text.split("\n") if re.match(r"\s+[0-9a-f]+:", l)]
        head = re.search(r"<(.*)>:", text)
        print(f"  --- {pc:#x} {note} {head[1] if head else ''}")
        print("\n".join("    " + l.strip() for l in lines[:18]))


def judge(go, package, args, env, syso, work, total):
    for name in os.listdir(work):
        if re.match(r"out\.\d+$", name):
            os.unlink(os.path.join(work, name))
    binary = os.path.join(work, package.replace("/", "_") + ".test")
    env = dict(env, SIZE_SYSO=syso)
    where = subprocess.check_output([go, "list", "-f", "{{.Dir}}", package], env=env, text=True).strip()
    # Built and run in the package's folder: its module decides the GODEBUG defaults.
    # The go command does not link again what looks the same to it: remove the old program.
    if os.path.exists(binary):
        os.unlink(binary)
    run([go, "test", "-race", "-c", "-toolexec", f"{sys.executable} {os.path.abspath(__file__)} toolexec",
         "-o", binary] + args.flags + [package], env=env, cwd=where)
    p = subprocess.run([binary, "-test.short", "-test.timeout=300s"], cwd=where, env=env,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    verdict = p.stdout.strip().split("\n")[-1]
    # Tests run their own binary again; the records of all processes count, once per address.
    seen = {}
    for pc, answer, oracle, is_write, differs, late, visits, on_stack, _ in records(work):
        if pc == 0:
            print(f"{package}: the table was full, {visits} visits lost")
            continue
        old = seen.get(pc)
        if old is None or (old[0] == 0 and answer):
            seen[pc] = (answer, oracle, is_write, differs, late, visits, on_stack)
    if not seen:
        sys.exit(f"{package}: no records (the program did not end normally?)\n{p.stdout[-2000:]}")
    n = len(seen)
    hist = collections.Counter(s[0] for s in seen.values())
    bad, small, res = [], [], collections.Counter()
    for pc, (answer, oracle, is_write, differs, late, visits, on_stack) in sorted(seen.items()):
        if on_stack:
            # Bytes that no other goroutine can reach: too small an answer costs nothing.
            res["stack"] += 1
        if differs:
            res["differs"] += 1
            bad.append((pc, f"answers {answer} and {differs}"))
        if late and not answer:
            res["late"] += 1
        if not args.oracle or not answer:
            continue
        # Addresses in code that the oracle compiler did not make (assembly) have no size in RBX.
        if answer == oracle:
            res["equal"] += 1
        elif answer < oracle and on_stack:
            res["smaller-on-stack"] += 1
        elif answer < oracle:
            res["smaller"] += 1
            total["pairs"]["wr"[not is_write] + f"{answer}", oracle] += 1
            if is_write:
                small.append((pc, f"write: answer {answer}, type has {oracle}"))
        else:
            res["LARGER"] += 1
            bad.append((pc, f"{'write' if is_write else 'read'}: answer {answer}, type has {oracle}"))
    n -= res["stack"]
    found = n - sum(not s[0] and not s[6] for s in seen.values())
    total["pcs"] += n
    total["found"] += found
    total["bad"] += len(bad)
    print(f"{package}: {n} addresses, {found} found, {100 * found / n:.2f} %; widths "
          + " ".join(f"{w}:{hist[w]}" for w in sorted(hist)) + "; "
          + " ".join(f"{k}:{v}" for k, v in sorted(res.items())) + f" [{verdict}]", flush=True)
    undetermined = [(pc, ("write" if s[2] else "read") + (f" of {s[1]}" if args.oracle else "")
                     + f" visits {s[5]}") for pc, s in sorted(seen.items()) if not s[0] and not s[6]]
    show(binary, bad[:args.show or 5])
    if args.show:
        show(binary, small[:args.show])
        step = max(1, len(undetermined) // args.show)
        show(binary, undetermined[::step][:args.show])


class Args:
    go, oracle, work, show, minimum, flags, packages = [], False, None, 0, 97.0, [], []


def main(argv):
    args = Args()
    while argv and argv[0].startswith("-"):
        flag = argv.pop(0).lstrip("-")
        if flag == "oracle":
            args.oracle = True
        elif flag in ("go", "work", "show", "min", "flags") and argv:
            val = argv.pop(0)
            if flag == "go":
                args.go = args.go + [val]
            elif flag == "work":
                args.work = os.path.abspath(val)
            elif flag == "flags":
                args.flags = shlex.split(val)
            elif flag == "show":
                args.show = int(val)
            else:
                args.minimum = float(val)
        else:
            sys.exit(__doc__)
    args.packages = argv or PACKAGES
    work = args.work or os.path.join(HERE, "../../build/size")
    failed = False
    for go in args.go or ["go"]:
        env = dict(os.environ, CGO_ENABLED="1", GOFLAGS="", GOWORK="off", GOTOOLCHAIN="local")
        version = subprocess.check_output([go, "env", "GOVERSION"], env=env, text=True).strip()
        dir_ = os.path.realpath(os.path.join(work, version + ("-oracle" if args.oracle else "")
                                             + os.environ.get("GOAMD64", "")))
        os.makedirs(dir_, exist_ok=True)
        syso = build_harness(dir_, "harness.syso")
        if args.oracle:
            env["SIZE_COMPILE"] = build_oracle(go, env, dir_)
            # Its objects carry the stock compiler's build id: never share a cache with them.
            env["GOCACHE"] = os.path.join(dir_, "cache")
        total = {"pcs": 0, "found": 0, "bad": 0, "pairs": collections.Counter()}
        print(f"== {version}{' with oracle' if args.oracle else ''}")
        for package in args.packages:
            judge(go, package, args, env, syso, dir_, total)
        share = 100 * total["found"] / total["pcs"]
        print(f"{version}: {total['pcs']} addresses, {share:.2f} % found, {total['bad']} wrong"
              + (f"; smaller than the type: " + " ".join(
                  f"{a}<{o}:{n}" for (a, o), n in total["pairs"].most_common())
                 if args.oracle else ""))
        if total["bad"] or share < args.minimum:
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["toolexec"]:
        toolexec(sys.argv[2:])
    sys.exit(main(sys.argv[1:]))
