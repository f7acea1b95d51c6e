"""Settings that programs for PyTorch make, and what they mean here: wick computes on the CPU, in full precision, and the same
program gives the same numbers."""
from . import _wick

_deterministic = {"mode": False, "warn_only": False}
_precision = "highest"


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Kept for are_deterministic_algorithms_enabled: no algorithm here is any other."""
    _deterministic.update(mode=bool(mode), warn_only=bool(warn_only))


def are_deterministic_algorithms_enabled():
    return _deterministic["mode"]


def is_deterministic_algorithms_warn_only_enabled():
    return _deterministic["warn_only"]


def set_float32_matmul_precision(precision):
    """How much precision products may lose; they lose none."""
    global _precision
    if precision not in ("highest", "high", "medium"):
        raise RuntimeError(f"unknown set_float32_matmul_precision precision: {precision}")
    _precision = precision


def get_float32_matmul_precision():
    return _precision


def get_device_module(device=None):
    """The module of a kind of devices: wick.cpu, or wick.cuda if it is asked for."""
    import wick

    return getattr(wick, "cpu" if device is None else _wick.device(device).type)


def compile(model=None, **options):
    """The function or module itself, which runs as it is; also as a decorator. `jit.script` compiles."""
    return model if model is not None else lambda function: function


def set_num_interop_threads(threads):
    """How many calls run at once is what the program's own threads say."""


def get_num_interop_threads():
    return 1


def set_flush_denormal(mode):
    """Whether it was done: numbers next to zero are never flushed."""
    return not mode
