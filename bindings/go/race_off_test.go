//go:build !race

package cmpkit_test

const raceFactor = 1
