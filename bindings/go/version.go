package cmpkit

import (
	"fmt"

	"cmpkit.dev/go/internal/raw"
)

// Version is that of the library which was found: "0.1.0".
func Version() string { return raw.Version() }

// ABIVersion is that of its C interface: major << 16 | minor.
func ABIVersion() uint32 { return uint32(raw.Abi_version()) }

// A program that was built for another interface would read wrong memory: it is told at its start, as by the loader of shared libraries.
func init() {
	major, minor := int(ABIVersion()>>16), int(ABIVersion()&0xffff)
	if major != raw.CMPKIT_ABI_MAJOR || minor < raw.CMPKIT_ABI_MINOR {
		panic(fmt.Sprintf("cmpkit: built for ABI %d.%d, the library has %d.%d", raw.CMPKIT_ABI_MAJOR, raw.CMPKIT_ABI_MINOR, major, minor))
	}
}
