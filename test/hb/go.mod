module gomm.dev/test/hb

go 1.19
