# Takes out what gomm says beyond the stock runtime: the place of the memory, before the opening bar.
/^(Heap block of size [0-9]+|Global variable [^ ]+ of size [0-9]+) at 0x[0-9a-f]+, accessed at byte [0-9]+/ {
    place = 1
    next
}
/^==================$/ { place = 0 }
!place
