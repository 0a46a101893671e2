//go:build !race

package cmpkit_test

const (
	manyOperations = 10000
	mostGrowth     = 8 << 20
)
