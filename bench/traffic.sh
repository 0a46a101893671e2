#!/bin/sh
# The table of what enrollments cost a server over HTTP: traffic.sh path/to/bench_traffic [GOALS]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" "$folder" | awk -v goals="${2:-/dev/null}" '
    BEGIN { print "records  devices   floor, us  server, us  rate, %  syncs an enrollment  resident, kB" }
    $1 == "latency" { wall = $3; computed = $4; next }
    { printf "%-8s %7d %11.0f %11.0f %8.1f %20.2f %13d\n", $1, $2, $3, $4, 100 * $3 / $4, $5, $6; floor[$1, $2] = $3; cpu[$1, $2] = $4; syncs[$1, $2] = $5 }
    function share(devices) { return 100 * (cpu["sqlite", devices] - cpu["memory", devices]) / floor["sqlite", devices] }
    END {
        printf "what SQLite adds, %% of the floor: %.0f with 1 device, %.0f with 8, %.0f with 64\n", share(1), share(8), share(64)
        printf "one enrollment over a kept connection: %.0f us, of which both sides compute %.0f us\n", wall, computed
        printf "rate over HTTP, 8 connections, in memory, %% of the floor\t%.1f\t>=\t85\n", 100 * floor["memory", 8] / cpu["memory", 8] >>goals
        printf "the same with SQLite\t%.1f\t>=\t72\n", 100 * floor["sqlite", 8] / cpu["sqlite", 8] >>goals
        printf "what SQLite adds with 64 in flight, %% of the floor\t%.1f\t<=\t20\n", share(64) >>goals
        printf "syncs an enrollment with 16 in flight\t%.2f\t<=\t0.25\n", syncs["sqlite", 16] >>goals
        printf "one enrollment over a kept connection, in what both sides compute\t%.2f\t<=\t1.3\n", wall / computed >>goals
    }'
