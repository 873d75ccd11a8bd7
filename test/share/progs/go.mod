module share.test

go 1.19
