#!/bin/sh
# Provides the two PyTorchs of the oracle suite and prints the settings for it:
#
#     eval "$(tests/oracle/setup.sh [VENV])"
#     "$WICK_ORACLE_PY213" -m pytest tests/oracle/run.py
#
# VENV (default .venv/oracle) gets PyTorch 2.13; 1.13 and torchvision 0.14 are Debian 12's packages. What is there already
# stays as it is. Progress goes to stderr. Where one can't be had, it says so and the suite skips its part.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
venv=${1:-$root/.venv/oracle}
packages="torch==2.13.0 numpy pytest transformers onnxruntime onnx safetensors expecttest"

has() { # PYTHON VERSION MODULE…
    python=$1; version=$2; shift 2
    [ -x "$python" ] || return 1
    for module in "$@"; do "$python" -c "import importlib.util as u, sys; sys.exit(u.find_spec('$module') is None)" || return 1; done
    "$python" -c "import torch, sys; sys.exit(not torch.__version__.startswith('$version'))" 2>/dev/null
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi
}

install_apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2 ||
        { as_root apt-get update >&2 && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2; }
}

new=${WICK_ORACLE_PY213:-$venv/bin/python}
if ! has "$new" 2.13 numpy pytest transformers expecttest; then
    new=$venv/bin/python
    if ! has "$new" 2.13 numpy pytest transformers expecttest; then
        echo "setup: PyTorch 2.13 into $venv" >&2
        [ -x "$new" ] || python3 -m venv "$venv" >&2 || { install_apt python3-venv && python3 -m venv "$venv" >&2; } || true
        "$new" -m pip install --quiet $packages >&2 || "$new" -m pip install --quiet torch==2.13.0 numpy pytest expecttest >&2 ||
            echo "setup: PyTorch 2.13 could not be installed" >&2
    fi
fi

# Only for benchmarks of eager models: torchvision apart, because its compiled half needn't fit this PyTorch.
vision=$venv/vision
[ -d "$vision/torchvision" ] || "$new" -m pip install --quiet --no-deps --target "$vision" torchvision==0.28.0 pillow >&2 ||
    echo "setup: no torchvision for today's PyTorch; benchmarks leave its eager models out" >&2

old=${WICK_ORACLE_PY113:-/usr/bin/python3}
if ! has "$old" 1.13 torchvision; then
    echo "setup: python3-torch and python3-torchvision" >&2
    install_apt python3-torch python3-torchvision || echo "setup: Debian's python3-torch could not be installed" >&2
fi

echo "export WICK_ORACLE_PY213='$new' WICK_ORACLE_PY113='$old' WICK_BENCH_VISION='$vision'"
