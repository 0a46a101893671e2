package cmpkit

// NumberOfCodes is how many codes this layer knows.
var NumberOfCodes = len(codes)
