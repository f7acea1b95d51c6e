#!/usr/bin/env bash
# The whole oracle suite: provides the PyTorchs (setup.sh) and runs run.py once for the archives of each, side by side; beside
# those of 2.13 the conformance programs and random ones.
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

# half NAME EXPRESSION: the tests that the expression picks; all of pytest's output goes to a log.
half() {
    "$WICK_ORACLE_PY213" -m pytest tests/oracle/run.py tests/oracle/conformance.py tests/oracle/random_programs.py -q -rs --tb=short -p no:cacheprovider -k "$2" >"$logs/$1.log" 2>&1
}
status=0
half t213 "not t113" &
first=$!
half t113 t113 || status=1
wait $first || status=1

# count WORD: the sum of "N WORD" in pytest's closing lines.
count() {
    tail -q -n 1 "$logs/t213.log" "$logs/t113.log" | grep -oE "[0-9]+ $1" | awk '{ n += $1 } END { print n + 0 }'
}
for half in t213 t113; do
    echo "---- archives of $half"
    tail -n 60 "$logs/$half.log"
done
echo "oracle: $(count passed) passed, $(($(count failed) + $(count 'errors?'))) failed, $(count skipped) skipped"
exit $status
