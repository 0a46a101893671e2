module cmpkit.dev/go

go 1.24
