module gomm.dev

go 1.19
