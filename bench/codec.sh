#!/bin/sh
# The table of what the codec costs, in instructions: codec.sh path/to/bench_codec
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
valgrind -q --tool=callgrind --callgrind-out-file="$folder/counts" "$1" >"$folder/inputs"
awk '
    /^desc: Trigger: Client Request: / { input = $5; verb = $6 }
    /^(totals|summary): / && input     { cost[input, verb] = $2 }
    FILENAME ~ /inputs$/ && FNR == 1   { print "input              octets elements     walk    parse   encode  parse/walk encode/walk  heap" }
    FILENAME ~ /inputs$/ {
        walk = cost[$1, "walk"]; parse = cost[$1, "parse"]; encode = cost[$1, "encode"]
        printf "%-18s %6d %8d %8d %8d %8d %11.2f %11.2f %5d\n", $1, $2, $3, walk, parse, encode, parse / walk, encode / walk, $4
    }' "$folder"/counts.* "$folder/inputs"
