#!/bin/bash
# test_shown.sh: what documents show is what their commands print.  Each line of a block behind "$ COMMAND" must be in the
# command's output, in that order; "…" stands for anything, in a line too, and numbers for any numbers.
# limit: 300
. "$(dirname "$0")/../lib.sh"

if ! command -v python3 >/dev/null; then
    skip "documents" "no python3 here"
    finish
fi
case $("$GOMM_GO" env GOVERSION) in
go1.26.8) ;;
*)
    skip "documents" "they show what Go 1.26.8 says"
    finish
    ;;
esac
cp -r "$GOMM_ROOT/go.mod" "$GOMM_ROOT/exercises" "$lib_tmp"
mkdir "$lib_tmp/test" && cp -r "$GOMM_ROOT/test/lost" "$lib_tmp/test"
ln -s "$GOMM" "$lib_tmp/gomm"
# Alone on a processor no line is shared, and one is what a small machine has.
[ "$(nproc)" -gt 1 ] || export GOMAXPROCS=2
cat >"$lib_tmp/show.py" <<'PY'
import re, shutil, subprocess, sys

NUMBER = r"\d+(?:\.\d+)?(?: [kMG])?"

def pattern(line):
    """A regular expression for a line of the document."""
    parts = []
    for part in re.split(r"(…)", line.strip()):
        if part == "…":
            parts.append(".*")
            continue
        part = re.escape(re.sub(r"\s+", " ", re.sub(r"0x[0-9a-f]+", "ADDRESS", part)))
        part = re.sub(r"\d+(?:\\\.\d+)?(?:\\ [kMG]\b)?", lambda m: NUMBER, part)
        parts.append(part.replace("ADDRESS", "0x[0-9a-f]+"))
    return re.compile("".join(parts) + "$")

def attempt(command, want):
    """The lines that it printed, and what is wrong with them."""
    r = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                       text=True, errors="replace")
    have = [re.sub(r"\s+", " ", line.strip()) for line in r.stdout.split("\n")]
    if not want and ">" not in command and r.stdout:
        return have, "prints something: " + r.stdout[:200]
    at = 0
    for line in want:
        if line.strip() in ("", "…"):
            continue
        p = pattern(line)
        found = next((i for i in range(at, len(have)) if p.match(have[i])), None)
        if found is None:
            return have, f"no line (from {at + 1}) is: {line.strip()}"
        at = found + 1
    return have, ""

name = sys.argv[1].split("/")[-1]
blocks = re.findall(r"^```\n(.*?)^```$", open(sys.argv[1], encoding="utf-8").read(), re.S | re.M)
for block in blocks:
    commands = re.split(r"^\$ ", block, flags=re.M)[1:]
    for text in commands:
        command, *want = text.rstrip("\n").split("\n")
        program = command.split()[0]
        if program == "perf":
            print(f"skip {name}: {command}: it says what the processor allows")
            continue
        if not shutil.which(program):
            print(f"skip {name}: {command}: no {program} here")
            continue
        for _ in range(3):  # what a run sees (two goroutines at once, a race first) another may not
            have, why = attempt(command, want)
            if not why:
                break
        if why:
            print(f"not ok {name}: {command}: {why}")
            sys.stderr.write("\n".join("  " + line for line in have[:120]) + "\n")
        else:
            print(f"ok {name}: {command}")
PY
shown() { # document directory commands: it has that many at least, to be run there
    (cd "$lib_tmp/$2" && PATH=$lib_tmp:$PATH python3 "$lib_tmp/show.py" "$GOMM_ROOT/$1") >"$lib_tmp/result"
    cat "$lib_tmp/result"
    lib_failures=$((lib_failures + $(grep -c '^not ok' "$lib_tmp/result")))
    [ "$(grep -c '^[a-z ]*ok' "$lib_tmp/result")" -ge "$3" ] || notok "$1" "its commands were not found"
}
shown README.md . 2
shown doc/escape.md . 1
shown doc/commands.md exercises/ex03_false_sharing 1
shown doc/compare.md exercises 15
finish
