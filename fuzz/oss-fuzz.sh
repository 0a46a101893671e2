#!/bin/bash
# Builds the fuzz targets in the manner of OSS-Fuzz, whose images call it with CC, CXX, CFLAGS, CXXFLAGS, LIB_FUZZING_ENGINE, WORK and OUT: into OUT go the programs, the
# shared libraries that they need, a dictionary and a seed corpus for each, and the options of their fuzzer.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cmake -S "$root" -B "$WORK" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMPKIT_TESTS=OFF -DCMPKIT_POSTGRES=OFF "-DCMPKIT_FUZZ_ENGINE=$LIB_FUZZING_ENGINE" '-DCMAKE_BUILD_RPATH=$ORIGIN/lib'
cmake --build "$WORK" --target fuzz_targets

mkdir -p "$OUT/lib"
for program in "$WORK"/bin/fuzz_*; do
    target=${program##*/fuzz_}
    seeds=$(mktemp -d)
    cp "$program" "$OUT/$target"
    ldd "$program" | awk '$3 ~ /^\// && $1 !~ /^lib(c|m|stdc\+\+|gcc_s)\.so/ {print $3}' | xargs -r cp -u -t "$OUT/lib"
    python3 -B "$root/fuzz/dictionary.py" "$target" "$OUT/$target.dict"
    python3 -B "$root/fuzz/seeds.py" "$target" "$seeds"
    find "$root/fuzz/corpus/$target" "$root/tests/data/fuzz/$target" -type f -exec cp -t "$seeds" {} + 2>/dev/null || true
    (cd "$seeds" && python3 -m zipfile -c "$OUT/${target}_seed_corpus.zip" .)
    printf '[libfuzzer]\nmax_len = 16384\nentropic = 0\n' >"$OUT/$target.options"
    rm -r "$seeds"
done
