module gomm.test/share

go 1.19
