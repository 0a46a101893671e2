//go:build race

package cmpkit_test

// The race detector's own memory grows with what it watches.
const raceFactor = 16
