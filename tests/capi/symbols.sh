#!/usr/bin/env bash
# symbols.sh LIBRARY HEADER: the library exports the functions of the header, all of them and nothing else.
set -euo pipefail
exported=$(nm -D --defined-only "$1" | awk '$2 != "A" {print $3}' | sed 's/@.*//' | sort)
declared=$(sed -e ':a' -e 's|/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/||g' "$2" | tr '\n' ' ' | grep -o 'CMPKIT_API [^;]*;' | grep -o 'cmpkit_[a-z0-9_]*(' | tr -d '(' | sort -u)
diff <(echo "$exported") <(echo "$declared") || { echo "the export map and the header differ"; exit 1; }
[ "$(echo "$exported" | wc -l)" -gt 60 ]
soname=$(objdump -p "$1" | awk '$1 == "SONAME" {print $2}')
[ "$soname" = libcmpkit.so.0 ] || { echo "the SONAME is not libcmpkit.so.0"; exit 1; }
