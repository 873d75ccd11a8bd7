module example.org/lsp

go 1.19
