#!/bin/sh
# Makes a virtual environment with what the Python package is built and tested with, and prints cmake's options for it:
# -DWICK_PYTHON=OFF where there is none to be had (no Python headers, no network), which leaves the package out.
#
#   cmake --preset release $(tests/python/setup.sh)
set -u
cd "$(dirname "$0")/../.."
venv=$PWD/.venv/python
python=$venv/bin/python
make_venv() {
    python3 -c 'import os, sysconfig, sys; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' &&
        python3 -m venv "$venv" && "$python" -m pip install -q --disable-pip-version-check "nanobind>=2.2" numpy pytest
}
"$python" -c 'import nanobind, numpy, pytest' 2>/dev/null || make_venv >&2 || {
    echo "tests/python/setup.sh: the Python package is not built: no headers of Python, or no packages of it" >&2
    echo -DWICK_PYTHON=OFF
    exit
}
echo "-DWICK_PYTHON=ON -DPython_EXECUTABLE=$python"
