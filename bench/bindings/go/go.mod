module cmpkit.dev/go/bench

go 1.24

require cmpkit.dev/go v0.0.0

replace cmpkit.dev/go => ../../../bindings/go
