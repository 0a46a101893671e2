// Package raw is what SWIG makes of bindings/swig: the classes over the C ABI. Only package cmpkit stands on it. Except for this file everything
// here is written by generate.sh.
package raw

// #cgo pkg-config: cmpkit
// #cgo CXXFLAGS: -std=c++20
import "C"
