#!/bin/sh
# The table of what refusals cost: refusal.sh path/to/bench_refusal [GOALS]
# Instructions of the worst of its kind, in walks over as many octets of an honest message; a walk counts for 500 at least.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
valgrind -q --tool=callgrind --callgrind-out-file="$folder/counts" "$1" >"$folder/inputs"
"$1" | grep '^mac ' >"$folder/mac"
# The parts of the dumps are numbered in the order in which they were made.
ls "$folder"/counts.* | sort -V | xargs awk '
    /^desc: Trigger: Client Request: / { label = $5 }
    /^totals: / { if (label == "walk") walk = $2; else if (label == "refusal") print walk, $2; label = "" }' | paste -d ' ' "$folder/inputs" - | awk -v goals="${2:-/dev/null}" '
    FILENAME == ARGV[1] { check = $2; answer = $3; next }
    {
        walk = $5 * $3 / $2; if (walk < 500) walk = 500
        ratio = $6 / walk
        count[$1]++; sum[$1] += ratio; heap[$1] += $4; taken += $4
        if (ratio > worst[$1]) { worst[$1] = ratio; octets[$1] = $3; instructions[$1] = $6 }
        if (ratio > most) most = ratio
    }
    END {
        print "refused         inputs  mean, walks  worst, walks  (octets instructions)  from the heap"
        for (kind in count) printf "%-14s %7d %12.2f %13.2f  (%6d %12d) %14d\n", kind, count[kind], sum[kind] / count[kind], worst[kind], octets[kind], instructions[kind], heap[kind]
        printf "a MAC with too many iterations: %.1f us for its parameters, %.1f us until the refusal is sent\n", check, answer
        printf "any input refused, in walks\t%.2f\t<=\t4\n", most >>goals
        printf "what a refusal takes from the heap beside the arena\t%d\t<=\t0\n", taken >>goals
        printf "a MAC with too many iterations refused, us\t%.1f\t<=\t10\n", answer >>goals
    }' "$folder/mac" -
