"""python -m wick FILE [arguments]: runs a program for PyTorch on wick."""
import os
import runpy
import sys

from . import as_torch  # noqa: F401

if len(sys.argv) < 2:
    sys.exit("usage: python -m wick FILE [arguments]")
del sys.argv[0]
sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
runpy.run_path(sys.argv[0], run_name="__main__")
