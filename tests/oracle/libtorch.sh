#!/usr/bin/env bash
# Compiles tests/libtorch/program.cpp for the libtorch inside of PyTorch 2.13 and compares what it prints with program.out,
# which WICK_UPDATE_GOLDEN=1 writes anew. Ends with a line of counts like pytest's. WICK_ORACLE_PY213 is the Python that has
# PyTorch.
set -euo pipefail
cd "$(dirname "$0")/../libtorch"
torch=$("$WICK_ORACLE_PY213" -c 'import os, torch; print(os.path.dirname(torch.__file__))')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${CXX:-c++}" -std=c++20 -w -I"$torch/include" -I"$torch/include/torch/csrc/api/include" program.cpp -o "$work/program" \
    -L"$torch/lib" -ltorch -ltorch_cpu -lc10 -Wl,-rpath,"$torch/lib"
"$work/program" >"$work/program.out"
if [ -n "${WICK_UPDATE_GOLDEN:-}" ]; then cp "$work/program.out" program.out; fi
if diff "$work/program.out" program.out; then echo "1 passed"; else
    echo "1 failed"
    exit 1
fi
