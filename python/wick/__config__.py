"""torch.__config__: what was built, as text."""
from . import _wick, get_num_threads


def show():
    return f"wick {_wick.__version__}, built for the CPU"


def parallel_info():
    return f"ATen/Parallel:\n\tat::get_num_threads() : {get_num_threads()}\n\tat::get_num_interop_threads() : 1\n"
