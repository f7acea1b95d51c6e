#!/usr/bin/env bash
# docs.sh WICK: what docs/ shows is true. Every "$ wick …" of docs/command-line.md gives, in tests/data, the lines below
# it; every program of docs/language.md prints the block below it; every line of C++ in docs/cpp-api.md stands in one of the
# examples that tests/install.sh builds and runs.
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

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
inside="" program="" expected=""
programs=0
while IFS= read -r line; do
    case $inside:$line in
    ':```python') inside=program program="" ;;
    ':```text') inside=output expected="" ;;
    'program:```') inside="" ;;
    'output:```')
        inside="" programs=$((programs + 1))
        printf '%s' "$program" >"$work/program.py"
        got=$(cd "$work" && "$wick" run program.py 2>&1)
        if [ "$got" != "${expected%$'\n'}" ]; then
            printf 'docs/language.md: the program\n%sprints:\n%s\nnot:\n%s\n' "$program" "$got" "$expected" >&2
            failures=$((failures + 1))
        fi
        ;;
    program:*) program+=$line$'\n' ;;
    output:*) expected+=$line$'\n' ;;
    esac
done <"$root/docs/language.md"
[ $programs -gt 0 ] || failures=1

lines=0
while IFS= read -r line; do
    lines=$((lines + 1))
    if ! grep -qF -- "$line" "$root"/examples/*/main.cpp; then
        printf 'docs/cpp-api.md: not in examples/*/main.cpp: %s\n' "$line" >&2
        failures=$((failures + 1))
    fi
done < <(sed -n '/^```cpp$/,/^```$/p' "$root/docs/cpp-api.md" | grep -v '^```' | sed 's/^ *//' | grep -v '^$')
[ $lines -gt 0 ] || failures=1
echo "$commands commands, $programs programs, $lines lines of C++, $failures failures"
[ $failures = 0 ]
