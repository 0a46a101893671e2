#!/bin/sh
# The table of what an enrollment costs inside a relay, beside its floor: relay.sh path/to/bench_relay
# Instructions and calls are those of one enrollment, of a device never seen before; times are the shortest of a hundred, of the processor.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/timed" "$folder/counted"
"$1" "$folder/timed" >"$folder/times"
valgrind -q --tool=callgrind --callgrind-out-file="$folder/counts" "$1" "$folder/counted" >/dev/null
awk '
    function finish() { cost[label] += total; verified[label] += verifies; signed[label] += signs; label = total = verifies = signs = "" }
    FNR == 1                           { finish(); split("", names) }
    /^desc: Trigger: Client Request: / { label = $5 " " $6 " " $7 }
    /^(totals|summary): /              { total = $2 }
    /^c?fn=/ {
        id = $1; sub(/^c?fn=/, "", id)
        if (NF == 2) names[id] = $2
        called = names[id]
    }
    /^calls=/ && called == "EVP_DigestVerify" { verifies += substr($1, 7) }
    /^calls=/ && called == "EVP_DigestSign"   { signs += substr($1, 7) }
    FILENAME ~ /times$/ && FNR == 1    {
        print "                      floor:          relay:            instructions:               microseconds of the processor:"
        print "forwarding store    verifies signs  verifies signs       floor     relay ratio     floor     relay ratio"
    }
    FILENAME ~ /times$/ {
        relay = $1 " " $2 " relay"; floor = $1 " " $2 " floor"
        printf "%-10s %-7s %9d %5d %9d %5d %11d %9d %5.2f %9d %9d %5.2f\n", $1, $2, $3, $4, verified[relay], signed[relay], cost[floor], cost[relay], cost[relay] / cost[floor], $6, $5, $5 / $6
    }' "$folder"/counts.* "$folder/times"
