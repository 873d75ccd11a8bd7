module lost

go 1.19
