#!/bin/sh
# install.sh BUILD_DIR WORK_DIR: installs the build into a prefix of its own, then builds examples/ against it, once with
# each library that is there, and runs them. Nothing of the source tree but the examples and a model is used.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=$1
work=$(realpath -m "$2")
rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
for flavour in static shared; do
    if [ $flavour = shared ] && ! ls "$work"/prefix/lib*/libwick.so "$work"/prefix/lib*/*/libwick.so >/dev/null 2>&1; then
        echo "shared: not built (BUILD_SHARED_LIBS)"
        continue
    fi
    echo "== $flavour"
    mkdir -p "$work/$flavour"
    for example in run_model train; do
        cmake -S "$root/examples/$example" -B "$work/$flavour/$example" -DCMAKE_BUILD_TYPE=Release \
            -DCMAKE_PREFIX_PATH="$work/prefix" -DWICK_TARGET=wick::$flavour >>"$work/$flavour.log"
        cmake --build "$work/$flavour/$example" >>"$work/$flavour.log"
    done
    {
        "$work/$flavour/run_model/run_model" "$root/tests/data/t213/streaming_audio.pt" "$work/$flavour/copy.pt"
        "$work/$flavour/train/train" "$work/$flavour/state.pt" 2>"$work/$flavour/progress.txt"
    } >"$work/$flavour.txt"
    cat "$work/$flavour.txt"
done
"$work/prefix/bin/wick" --version
if [ -e "$work/shared.txt" ]; then cmp "$work/static.txt" "$work/shared.txt"; fi
