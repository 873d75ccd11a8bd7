# rules.awk: prints what -precise -all has said beside what the source wants, where they differ.
#   awk -f rules.awk rules.go output
FNR == NR {
    if (match($0, /\/\/ want /)) {
        want[FNR] = substr($0, RSTART + 8)
        n_want++
    }
    next
}
match($0, /rules\.go:[0-9]+:[0-9]+(:| \()/) {
    split(substr($0, RSTART), part, ":")
    line = part[2]
    said = $0
    if (said ~ /: could stay on the stack: /) {
        got = "STAYS"
    } else {
        match(said, /: (MUST|UNKNOWN): /)
        got = substr(said, RSTART + 2)
        sub(/: /, " ", got)
    }
    seen[line]++
    if (!(line in want)) {
        print "line " line ": nothing is expected, got " got
        bad++
    } else if (index(got, want[line]) != 1) {
        print "line " line ": want " want[line] ", got " got
        bad++
    }
}
END {
    for (l in want) {
        if (!seen[l]) {
            print "line " l ": want " want[l] ", got nothing"
            bad++
        }
    }
    if (n_want == 0) {
        print "no expectations"
        bad++
    }
    exit bad > 0
}
