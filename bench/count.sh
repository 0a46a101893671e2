#!/bin/sh
# Instructions a message for the bare walk, the typed parse and the encoding: count.sh path/to/bench_codec path/to/messages
set -eu
bench=$1 messages=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$bench" "$messages" | tee "$folder/total"
number=$(cut -d' ' -f1 "$folder/total")
for what in walk parse encode; do
    valgrind -q --tool=callgrind --callgrind-out-file="$folder/$what" --toggle-collect="bench_$what*" "$bench" "$messages" 10 >/dev/null 2>&1
    awk -v what=$what -v number="$number" '/^summary:/ { printf "%-7s %8.0f instructions a message\n", what, $2 / number / 10 }' "$folder/$what"
done
