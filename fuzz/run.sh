#!/usr/bin/env bash
# Builds the fuzzers and runs each for FUZZ_SECONDS (60). Arguments: the targets (all without any).
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
jobs=${JOBS:-$(nproc)}
corpus=fuzz-corpus
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(zip pickle tensor_file source graph archive)

cmake --preset asan
cmake --build build-asan -j"$jobs" -- $(printf 'fuzz_%s ' "${targets[@]}")

python3 fuzz/seeds.py tests/data "$corpus"
mkdir -p "$corpus/found"
failed=()
for target in "${targets[@]}"; do
    echo "== $target"
    # A single input may take 10 seconds, 2 GB, and one allocation half of that.
    ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 \
        "build-asan/bin/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024 \
        -max_len=65536 -print_final_stats=1 -verbosity=0 -artifact_prefix="$corpus/found/$target-" "$corpus/$target" || failed+=("$target")
done
[ ${#failed[@]} -eq 0 ] || { echo "found something: ${failed[*]} (see $corpus/found)"; exit 1; }
