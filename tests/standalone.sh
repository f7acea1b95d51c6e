#!/bin/sh
# standalone.sh WICK: the stripped command line needs nothing but libc and has at most 8 MB.
set -eu
stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
strip -o "$stripped" "$1"
size=$(wc -c <"$stripped")
echo "wick, stripped: $size bytes"
if [ "$size" -gt 8000000 ]; then
    echo "more than 8 MB" >&2
    exit 1
fi
others=$(ldd "$1" | grep -vE '^[[:space:]]*(linux-vdso|libc|libm|/lib.*/ld-linux|/lib/ld-linux)[^ ]*\.so' || true)
if [ -n "$others" ]; then
    echo "needs more than libc: $others" >&2
    exit 1
fi
