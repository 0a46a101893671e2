//go:build race

package cmpkit_test

// The race detector is slow, and its own memory grows with what it watches.
const (
	manyOperations = 1000
	mostGrowth     = 128 << 20
)
