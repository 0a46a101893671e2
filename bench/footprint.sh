#!/bin/sh
# What the library takes: footprint.sh path/to/bench_footprint [GOALS], beside the library as it is built, and below it in the folder device the build for devices
set -eu
programs=$(dirname "$1")
build=$(dirname "$programs")
runs=5  # what is mapped beside a page that is touched depends on where the system has put the file

# Lines of: memory, who, file, resident kB, of them not from files
enroll() { LD_LIBRARY_PATH=$build/$2/lib "$1" "$programs/bench_device" 2>&1 | sed "s/^memory device/memory $3/"; }
loaded() { LD_PRELOAD=$build/$1/lib/libcmpkit.so "$programs/bench_bare" 2>&1 | sed "s/^memory bare/memory $2/"; }
text() { size "$1" | awk -v who="$2" 'NR > 1 && $6 ~ /'"${3:-.}"'/ { text += $1 } END { print "text", who, text / 1024 }'; }
{
    text "$build/lib/libcmpkit.so" whole
    text "$build/device/lib/libcmpkit.so" device
    text "$(pkg-config --variable=libdir libcrypto)/libcrypto.a" openssl 'lib-(cmp|crmf)_'
    for run in $(seq $runs); do
        "$programs/bench_bare" 2>&1
        enroll "$1" . whole
        enroll "$1" device device
        loaded . whole-loaded
        loaded device device-loaded
    done
} | awk -v goals="${2:-/dev/null}" -v runs=$runs '
    function row(file,   who) {
        printf "%-24s", file
        for (who = 1; who <= 3; ++who) printf "%16d", resident[people[who], file]
        print ""
    }
    $1 == "text" { text[$2] = $3 }
    $1 == "memory" {
        file = $3 ~ /\.so/ ? substr($3, 1, index($3, ".so") + 2) : $3 == "memory" ? "of its own" : "the program"
        if (!(file in known)) order[++count] = known[file] = file
        resident[$2, file]  += $4 / runs
        resident[$2, "all"] += $4 / runs
        own[$2]             += $5 / runs
    }
    END {
        split("bare whole device", people, " ")
        printf "text, read-only data and unwind tables: libcmpkit.so %.0f kB, built for devices %.0f kB; CMP and CRMF in libcrypto %.0f kB\n", text["whole"], text["device"], text["openssl"]
        printf "%-24s%16s%16s%16s\n", "resident, kB", "OpenSSL alone", "a device", "built for it"
        for (i = 1; i <= count; ++i) row(order[i])
        row("all")
        printf "%-24s%16d%16d%16d\n", "not of files", own["bare"], own["whole"], own["device"]
        printf "%-24s%16s%16d%16d\n", "loaded, OpenSSL alone", "", resident["whole-loaded", "all"], resident["device-loaded", "all"]
        printf "resident memory of a device (build for devices), over OpenSSL alone, kB\t%d\t<=\t900\n", resident["device", "all"] - resident["bare", "all"] >>goals
    }'
