#!/usr/bin/env bash
# docs.sh WICK: what docs/ shows is true. Every "$ wick …" of docs/command-line.md gives, in tests/data, the lines below
# it; every line of C++ in docs/cpp-api.md stands in the example that tests/install.sh builds and runs.
set -u
wick=$(realpath "$1")
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root/tests/data" || exit 2
failures=0

command="" expected=""
settle() {
    [ -n "$command" ] || return
    local got
    got=$(eval "\"$wick\" ${command#wick }" 2>&1)
    if [ "$got" != "${expected%$'\n'}" ]; then
        printf 'docs/command-line.md: $ %s\nprints:\n%s\nnot:\n%s\n' "$command" "$got" "${expected%$'\n'}" >&2
        failures=$((failures + 1))
    fi
    command="" expected=""
}
inside=""
commands=0
while IFS= read -r line; do
    case $line in
    '```console') inside=yes ;;
    '```') settle; inside="" ;;
    '$ wick '*) settle; command=${line#\$ }; commands=$((commands + 1)) ;;
    *) [ -z "$inside" ] || expected+=$line$'\n' ;;
    esac
done <"$root/docs/command-line.md"
[ $commands -gt 0 ] || failures=1

example=$root/examples/run_model/main.cpp
lines=0
while IFS= read -r line; do
    lines=$((lines + 1))
    if ! grep -qF -- "$line" "$example"; then
        printf 'docs/cpp-api.md: not in examples/run_model/main.cpp: %s\n' "$line" >&2
        failures=$((failures + 1))
    fi
done < <(sed -n '/^```cpp$/,/^```$/p' "$root/docs/cpp-api.md" | grep -v '^```' | sed 's/^ *//' | grep -v '^$')
[ $lines -gt 0 ] || failures=1
echo "$commands commands, $lines lines of C++, $failures failures"
[ $failures = 0 ]
