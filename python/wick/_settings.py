"""Settings that programs for PyTorch make, and what they mean here: wick computes on the CPU, in full precision, and the same
program gives the same numbers."""
from . import _wick

_deterministic = {"mode": False, "warn_only": False}
_precision = "highest"
_warns_always = False


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Kept for are_deterministic_algorithms_enabled: no algorithm here is any other."""
    _deterministic.update(mode=bool(mode), warn_only=bool(warn_only))


def are_deterministic_algorithms_enabled():
    return _deterministic["mode"]


def is_deterministic_algorithms_warn_only_enabled():
    return _deterministic["warn_only"]


def set_deterministic_debug_mode(debug_mode):
    """use_deterministic_algorithms by one of "default", "warn" and "error", or its number."""
    names = ("default", "warn", "error")
    if debug_mode in names:
        debug_mode = names.index(debug_mode)
    if debug_mode not in range(3):
        raise RuntimeError("invalid value of debug_mode, expected `default`, `warn`, `error`, 0, 1 or 2, got " + str(debug_mode))
    use_deterministic_algorithms(debug_mode > 0, warn_only=debug_mode == 1)


def get_deterministic_debug_mode():
    return 0 if not _deterministic["mode"] else 1 if _deterministic["warn_only"] else 2


def set_warn_always(mode):
    """Kept for is_warn_always_enabled: Python's filters say how often a warning is shown."""
    global _warns_always
    _warns_always = bool(mode)


def is_warn_always_enabled():
    return _warns_always


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


def set_num_interop_threads(threads):
    """How many calls run at once is what the program's own threads say."""


def get_num_interop_threads():
    return 1


def set_flush_denormal(mode):
    """Whether it was done: numbers next to zero are never flushed."""
    return not mode


def compiled_with_cxx11_abi():
    return True


def init_num_threads():
    """The number of threads is what it was."""


def set_anomaly_enabled(mode, check_nan=True):
    """autograd.set_detect_anomaly for good."""
    from . import _wick

    _wick._set_anomaly_enabled(mode, check_nan)
