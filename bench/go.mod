module gomm.dev/bench

go 1.19
