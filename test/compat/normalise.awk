# Makes the output of two runs comparable: addresses become ADDR, goroutine numbers are renumbered in
# the order in which they appear, times and process ids go.  Frame offsets (+0x2a) stay as they are.
{
    gsub(/0x00[0-9a-f]+/, "ADDR")
    gsub(/\([0-9.]+s\)/, "(TIME)")
    gsub(/\t[0-9.]+s$/, "\tTIME")
    gsub(/\t[0-9.]+s\t/, "\tTIME\t")
    out = ""
    rest = $0
    while (match(rest, /[Gg]oroutine [0-9]+/)) {
        word = substr(rest, RSTART, 9)
        number = substr(rest, RSTART + 10, RLENGTH - 10)
        if (!(number in label))
            label[number] = ++labels
        out = out substr(rest, 1, RSTART - 1) word " #" label[number]
        rest = substr(rest, RSTART + RLENGTH)
    }
    print out rest
}
