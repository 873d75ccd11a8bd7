module refuse.test

go 1.19
