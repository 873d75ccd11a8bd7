module rules

go 1.23
