#!/usr/bin/env bash
# Builds the fuzzers and runs each for FUZZ_SECONDS (60). Arguments: the targets (all without any). fuzz-corpus/runs.tsv gets a
# line for each run: when it ended, the target, executions, seconds, "clean" or "found".
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
jobs=${JOBS:-$(nproc)}
corpus=fuzz-corpus
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(zip pickle tensor_file source graph archive program)

cmake --preset asan
cmake --build build-asan -j"$jobs" -- $(printf 'fuzz_%s ' "${targets[@]}")

python3 fuzz/seeds.py tests "$corpus"
mkdir -p "$corpus/found"
failed=()
for target in "${targets[@]}"; do
    echo "== $target"
    case $target in zip | archive) max_len=16384 ;; *) max_len=4096 ;; esac
    # A single input may take 30 seconds, 2 GB, and one allocation half of that; one that takes 2 seconds is kept to be looked
    # at. What costs more than the target does is off: entropic schedules, long stacks of allocations, a long quarantine,
    # looking for leaks behind every input (it is done at the end).
    verdict=clean began=$SECONDS
    ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1:malloc_context_size=4:quarantine_size_mb=8 UBSAN_OPTIONS=print_stacktrace=1 \
        "build-asan/bin/fuzz_$target" -max_total_time="$seconds" -timeout=30 -report_slow_units=2 -detect_leaks=0 -rss_limit_mb=2048 -malloc_limit_mb=1024 \
        -max_len=$max_len -entropic=0 -print_final_stats=1 -print_funcs=0 -verbosity=0 -artifact_prefix="$corpus/found/$target-" "$corpus/$target" \
        2>&1 | tee "$corpus/last-run" || verdict=found
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$corpus/last-run")
    printf '%s\t%s\t%s\t%s\t%s\n' "$(date -u +%FT%TZ)" "$target" "${executions:-0}" $((SECONDS - began)) $verdict >>"$corpus/runs.tsv"
    [ $verdict = clean ] || failed+=("$target")
done
[ ${#failed[@]} -eq 0 ] || { echo "found something: ${failed[*]} (see $corpus/found)"; exit 1; }
