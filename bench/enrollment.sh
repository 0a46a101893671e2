#!/bin/sh
# The table of what an enrollment costs a CA and a device, beside its floor: enrollment.sh path/to/bench_enrollment [GOALS]
# Instructions are those of one enrollment; times are the shortest of two hundred, in P-256 verifications of the same minute.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/timed" "$folder/counted"
"$1" "$folder/timed" >"$folder/times"
valgrind -q --tool=callgrind --callgrind-out-file="$folder/counts" "$1" "$folder/counted" >/dev/null
awk -v goals="${2:-/dev/null}" '
    function flush_part() { cost[label] += total; label = total = "" }
    FILENAME ~ /counts/ {
        if (FNR == 1) flush_part()
        if (/^desc: Trigger: Client Request: /) label = $5 " " $6
        if (/^(totals|summary): /) total = $2
        next
    }
    FNR == 1 { flush_part(); cost["floor ca"] /= 2; cost["floor device"] /= 2; unit = cost["verification ca"] / 2 }
    $1 == "verification" { if (!time || $2 < time) time = $2; next }
    !($1 in ca) || $2 < ca[$1]         { ca[$1] = $2 }
    !($1 in device) || $3 < device[$1] { device[$1] = $3 }
    { heap[$1] = $4 + $5; ca_heap[$1] = $4; names[$1] = 1 }
    function row(name, text,   both, floor) {
        both  = cost[name " ca"] + cost[name " device"]
        floor = cost["floor ca"] + cost["floor device"]
        printf "%-22s %12d %6.2f %13.2f %6.2f %8d   %12d %6.2f %8d\n", text, cost[name " ca"], cost[name " ca"] / cost["floor ca"], ca[name] / time, ca[name] / ca["floor"], ca_heap[name], both, both / floor, heap[name]
    }
    END {
        printf "one P-256 verification: %d instructions, %.0f us\n", unit, time
        print "                       the CA:                                                  CA and device:"
        print "an enrollment          instructions  ratio  verifications  ratio     heap   instructions  ratio     heap"
        row("floor", "floor"); row("memory", "records in memory"); row("fresh", "  the trust made anew"); row("sqlite", "records in SQLite"); row("openssl", "OpenSSL on both sides")
        printf "rate of a CA in memory, %% of the floor, by instructions\t%.1f\t>=\t90\n", 100 * cost["floor ca"] / cost["memory ca"] >>goals
        printf "the same, by time\t%.1f\t>=\t90\n", 100 * ca["floor"] / ca["memory"] >>goals
        printf "CA and device in one process, floors of both, by instructions\t%.2f\t<=\t1.25\n", (cost["memory ca"] + cost["memory device"]) / (cost["floor ca"] + cost["floor device"]) >>goals
        printf "what they take from the heap outside libcrypto\t%d\t<=\t100\n", heap["memory"] >>goals
    }' "$folder"/counts.* "$folder/times"
