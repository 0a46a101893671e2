#!/bin/sh
# Runs one target with AFL++, in a build folder of its own: afl.sh TARGET [SECONDS], a minute unless said otherwise. Exit code 1: there is a finding.
# AFL++'s own compiler may be older than C++20 needs, so clang instruments the code and AFL++'s runtime is linked.
set -eu
target=$1 seconds=${2:-60}
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
build=$root/build/afl work=$root/build/afl/work/$target
runtime=${AFL_PATH:-/usr/lib/afl}

cmake -S "$root" -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang-16 -DCMAKE_CXX_COMPILER=clang++-16 -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS="-O1 -g1 -fsanitize-coverage=trace-pc-guard" \
    -DCMPKIT_SANITIZE=address,undefined -DCMPKIT_FUZZ_ENGINE="$runtime/libAFLDriver.a $runtime/afl-compiler-rt.o" -DCMPKIT_TESTS=OFF >/dev/null
cmake --build "$build" --target "fuzz_$target" -j "${JOBS:-2}"

mkdir -p "$work/seeds"
python3 -B "$root/fuzz/seeds.py" "$target" "$work/seeds"
[ ! -d "$root/fuzz/corpus/$target" ] || cp "$root/fuzz/corpus/$target"/* "$work/seeds"
[ -n "$(ls "$work/seeds")" ] || printf 0 >"$work/seeds/nothing"

# Nothing of the system is changed for it: neither the governor of the CPU nor where cores go.
export AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_AUTORESUME=1
# The runtime of LLVM 16 takes some thread-local blocks for those of an older glibc. The others are AFL++'s wishes.
export ASAN_OPTIONS=intercept_tls_get_addr=0:abort_on_error=1:symbolize=0:detect_leaks=0 UBSAN_OPTIONS=abort_on_error=1:symbolize=0
afl-fuzz -i "$work/seeds" -o "$work/found" -V "$seconds" -t 5000+ -m none -- "$build/bin/fuzz_$target" >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 2; }
grep -E "^(execs_done|execs_per_sec|corpus_count|saved_crashes|saved_hangs) " "$work/found/default/fuzzer_stats"
grep -qE "^saved_crashes +: 0$" "$work/found/default/fuzzer_stats" || { echo "A finding: $build/bin/fuzz_$target $work/found/default/crashes/…  runs it again"; exit 1; }
