#!/bin/sh
# Writes internal/raw anew from ../swig: what SWIG generates, and copies of the classes that it reads, as a module's zip holds its own folder alone.
#   ./generate.sh           in place
#   ./generate.sh --check   elsewhere, and fails where internal/raw is not the same
# It needs Go, SWIG 4.1 (SWIG=… names another) and the header of cmpkit: ../../capi/cmpkit.h of this tree.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
swig=${SWIG:-swig}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/include/cmpkit" "$work/raw"
cp "$here/../../capi/cmpkit.h" "$work/include/cmpkit/"
cp "$here"/../swig/*.hpp "$work/raw/"
cp "$here"/../swig/cmpkit.i "$here"/../swig/for_go.swg "$work/raw/"
# 362, 401: operators and templates that stay in C++. 402, 490: bases that SWIG does not read.
(cd "$work/raw" && "$swig" -Werror -w362,401,402,490 -c++ -go -cgo -intgosize 64 -package raw -I"$work/include" cmpkit.i)
rm "$work/raw/cmpkit.i" "$work/raw/for_go.swg"
gofmt -w "$work/raw/raw.go"
# SWIG keeps a pointer to memory of C as uintptr for a moment, which go vet does not like.
sed -i '/^type swig_gostring/,/^}/ s/p uintptr/p unsafe.Pointer/; s/unsafe\.Pointer(p\.p))\[:p\.n\]/p.p)[:p.n]/; s/Swig_free(p\.p)/Swig_free(uintptr(p.p))/' "$work/raw/raw.go"

raw="$here/internal/raw"
if [ "${1:-}" = --check ]; then
    cp "$raw/cgo.go" "$work/raw/"
    diff -r "$raw" "$work/raw" > "$work/differences" && exit 0
    head -40 "$work/differences" >&2
    echo "generate.sh: internal/raw is not what ../swig makes: run bindings/go/generate.sh" >&2
    exit 1
fi
cp "$work"/raw/* "$raw/"
