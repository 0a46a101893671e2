#!/bin/sh
# The table of what the codec costs, in instructions, beside a bare walk and beside OpenSSL: codec.sh path/to/bench_codec [GOALS]
# OpenSSL decodes the keys of certificates as well, by its generic decoder: what that takes stands apart.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
valgrind -q --tool=callgrind --callgrind-out-file="$folder/counts" "$1" >"$folder/inputs"
awk -v goals="${2:-/dev/null}" '
    FNR == 1                           { split("", names); called = "" }
    /^desc: Trigger: Client Request: / { input = $5; verb = $6 }
    /^(totals|summary): / && input     { cost[input, verb] = $2; cost[input, verb, "keys"] += keys; keys = 0 }
    /^c?fn=/ {
        id = $1; sub(/^c?fn=/, "", id)
        if (NF == 2) names[id] = $2
        if (/^cfn=/) called = names[id]
    }
    is_call { if (called ~ /^OSSL_DECODER_(from_data|CTX_new_for_pkey)$/) keys += $2; is_call = 0 }
    /^calls=/ { is_call = 1 }
    FILENAME ~ /inputs$/ && FNR == 1   {
        print "                                                                                              OpenSSL:"
        print "input              octets elements     walk    parse   encode  parse/walk encode/walk  heap       d2i and its keys      i2d  (d2i - keys)/parse i2d/encode"
    }
    FILENAME ~ /inputs$/ {
        walk = cost[$1, "walk"]; parse = cost[$1, "parse"]; encode = cost[$1, "encode"]; d2i = cost[$1, "d2i"]; i2d = cost[$1, "i2d"]
        printf "%-18s %6d %8d %8d %8d %8d %11.2f %11.2f %5d %9d %12d %8d %19.2f %10.2f\n", $1, $2, $3, walk, parse, encode, parse / walk, encode / walk, $4, d2i, cost[$1, "d2i", "keys"], i2d, (d2i - cost[$1, "d2i", "keys"]) / parse, i2d / encode
        if (parse / walk > worst_parse) worst_parse = parse / walk
        if (encode / walk > worst_encode) worst_encode = encode / walk
    }
    END {
        printf "parse of a message, in walks over its octets\t%.2f\t<=\t4\nencode of the same\t%.2f\t<=\t1.5\n", worst_parse, worst_encode >>goals
    }' "$folder"/counts.* "$folder/inputs"
