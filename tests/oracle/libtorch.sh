#!/usr/bin/env bash
# Compiles the programs of tests/libtorch for the libtorch inside of PyTorch 2.13 and compares what each prints with its
# .out, which WICK_UPDATE_GOLDEN=1 writes anew. Ends with a line of counts like pytest's. WICK_ORACLE_PY213 is the Python
# that has PyTorch.
set -euo pipefail
cd "$(dirname "$0")/../libtorch"
torch=$("$WICK_ORACLE_PY213" -c 'import os, torch; print(os.path.dirname(torch.__file__))')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
for source in *.cpp; do
    name=${source%.cpp}
    "${CXX:-c++}" -std=c++20 -w -I"$torch/include" -I"$torch/include/torch/csrc/api/include" "$source" -o "$work/$name" \
        -L"$torch/lib" -ltorch -ltorch_cpu -lc10 -Wl,-rpath,"$torch/lib"
    "$work/$name" ../data/t213 >"$work/$name.out"
    if [ -n "${WICK_UPDATE_GOLDEN:-}" ]; then cp "$work/$name.out" "$name.out"; fi
    if diff "$work/$name.out" "$name.out"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
if [ $failed -gt 0 ]; then
    echo "$failed failed, $passed passed"
    exit 1
fi
echo "$passed passed"
