#!/usr/bin/env bash
# The whole oracle suite: provides the PyTorchs (setup.sh) and runs run.py once for the archives of each, side by side; beside
# those of 2.13 the conformance programs and random ones, after those of 1.13 the library of torch.nn, a program for libtorch
# and, where the Python package is built, gradients.
# Ends with "oracle: N passed, N failed, N skipped"; fails when a test failed. A machine where neither PyTorch can be had
# skips the suite and says so.
set -euo pipefail
cd "$(dirname "$0")/../.."
settings=$(tests/oracle/setup.sh)
eval "$settings"
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
if ! "$WICK_ORACLE_PY213" -c 'import pytest, numpy, torch' 2>/dev/null; then
    echo "oracle: 0 passed, 0 failed, 1 skipped"
    exit 0
fi
logs=${WICK_ORACLE_DIR:-build/oracle}
mkdir -p "$logs"

# part NAME EXPRESSION FILE…: the tests of the files that the expression picks; all of pytest's output goes to a log.
part() {
    local name=$1 picked=$2
    shift 2
    "$WICK_ORACLE_PY213" -m pytest "${@/#/tests/oracle/}" -q -rs --tb=short -p no:cacheprovider -k "$picked" >"$logs/$name.log" 2>&1
}
status=0
part t213 "not t113" run.py conformance.py random_programs.py &
first=$!
part t113 t113 run.py || status=1
# Of the library what wick makes of it; that the texts are PyTorch's own is nn_library.py's other half.
part library "in_wick or init or there or table" nn_library.py || status=1
tests/oracle/libtorch.sh >"$logs/libtorch.log" 2>&1 || status=1
# gradients NAME OPTION…: a comparison of gradients, with its counts in the last line of a log like pytest's.
gradients() {
    local name=$1
    shift
    if ! PYTHONPATH=build/python "$WICK_ORACLE_PY213" -c 'import wick' 2>/dev/null; then
        echo "no Python package in build/python: 0 passed, 0 failed, 1 skipped" >"$logs/$name.log"
        return
    fi
    PYTHONPATH=build/python "$WICK_ORACLE_PY213" tests/oracle/gradients.py "$@" >"$logs/$name.log" 2>&1
}
gradients gradients || status=1
gradients gradients-second --second || status=1
gradients gradients-complex --complex || status=1
gradients gradients-inplace --inplace || status=1
wait $first || status=1

parts="t213 t113 library libtorch gradients gradients-second gradients-complex gradients-inplace"
# count WORD: the sum of "N WORD" in pytest's closing lines.
count() {
    for name in $parts; do tail -n 1 "$logs/$name.log"; done | grep -oE "[0-9]+ $1" | awk '{ n += $1 } END { print n + 0 }'
}
for name in $parts; do
    echo "---- $name"
    tail -n 60 "$logs/$name.log"
done
echo "oracle: $(count passed) passed, $(($(count failed) + $(count 'errors?'))) failed, $(count skipped) skipped"
exit $status
