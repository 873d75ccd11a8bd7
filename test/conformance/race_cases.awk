# The verdict on each case of Go's race suite, from the output of go test -v over its testdata:
# lines "NAME verdict", the verdict being "." (as the name demands), FAILED (a race missed), FAILED+ (a
# race invented) or SKIPPED.  The rule is that of processLog in runtime/race/race_test.go: cases
# named Race… must have a report (or die in the map's own detector), cases named NoRace… must not.
function verdict()
{
    if (name !~ /^(Race|NoRace)/)
        return
    if (skipped && !got)
        print name, "SKIPPED"
    else if (got == (name ~ /^Race/))
        print name, "."
    else
        print name, got ? "FAILED+" : "FAILED"
}
/^=== RUN   Test/ {
    verdict()
    name = substr($0, length("=== RUN   Test") + 1)
    got = skipped = 0
    next
}
/DATA RACE/ || /fatal error: concurrent map/ { got = 1 }
/--- SKIP:/ { skipped = 1 }
END { verdict() }
