# One line per race report, comparable between runtimes: addresses as ADDR, goroutine numbers renumbered
# from 1 in each report, the frames and their offsets as they are.
/^==================$/ {
    if (inside && text ~ /WARNING: DATA RACE/)
        print text
    inside = !inside
    text = ""
    labels = 0
    split("", label)
    next
}
inside {
    gsub(/0x00[0-9a-f]+/, "ADDR")
    out = ""
    rest = $0
    while (match(rest, /[Gg]oroutine [0-9]+/)) {
        number = substr(rest, RSTART + 10, RLENGTH - 10)
        if (!(number in label))
            label[number] = ++labels
        out = out substr(rest, 1, RSTART + 9) "#" label[number]
        rest = substr(rest, RSTART + RLENGTH)
    }
    text = text "|" out rest
}
