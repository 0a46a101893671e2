#!/bin/sh
# How a server grows, told and drawn into docs/: growth.sh path/to/bench_growth
set -eu
here=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "what grows, records in, how many, floor in us, server in us, resident kB"
"$1" "$folder" | tee "$folder/lines"
python3 -B "$here/growth.py" "$here/../docs" <"$folder/lines"
