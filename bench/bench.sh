#!/bin/sh
# Every table, then the goals: bench.sh BUILD, where the target `bench` is built and BUILD/bench/prefix is installed. bench.sh BUILD growth: the plots of docs/performance.md
set -eu
here=$(dirname "$0")
programs=$1/bin
if [ "${2:-}" = growth ]; then exec "$here/growth.sh" "$programs/bench_growth"; fi
goals=$1/bench/goals.tsv
: >"$goals"
for table in codec enrollment traffic refusal relay footprint; do
    "$here/$table.sh" "$programs/bench_$table" "$goals"
    echo
done
"$here/bindings.sh" "$1/bench/prefix" "$1/bench/bindings"
echo
awk -F'\t' '
    function is_met(measured, relation, goal) { return relation == "<=" ? measured <= goal : measured >= goal }
    BEGIN { printf "%-76s %10s %13s\n", "goal", "measured", "" }
    { printf "%-76s %10s   %s %-7s%s\n", $1, $2, $3, $4, is_met($2 + 0, $3, $4 + 0) ? "" : "!" }' "$goals"
