#!/bin/sh
# What the library takes: footprint.sh path/to/bench_footprint [GOALS], beside the library as it is built
set -eu
build=$(dirname "$(dirname "$1")")
{
    size "$build/lib/libcmpkit.so" | awk 'NR == 2 { print "text", $1 }'
    "$1" 2>&1
} | awk -v goals="${2:-/dev/null}" '
    { value[$1] = $2; anonymous[$1] = $3 }
    END {
        printf "libcmpkit.so: %.0f kB of text, read-only data and unwind tables\n", value["text"] / 1024
        printf "a device that enrolls: %d kB resident, %d kB of them its own; OpenSSL alone, in the same program: %d kB, %d kB\n", value["device"], anonymous["device"], value["bare"], anonymous["bare"]
        printf "resident memory of a device that enrolls, over OpenSSL alone, kB\t%d\t<=\t900\n", value["device"] - value["bare"] >>goals
    }'
