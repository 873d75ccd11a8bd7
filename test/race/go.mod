module gomm.test/race

go 1.19
