module cmpkit.dev/go

// 1.24 has runtime.AddCleanup, which frees what callbacks refer to in a circle; finalizers do not.
go 1.24
