"""torch.cuda, of a machine without CUDA: wick computes on the CPU."""
from . import amp

_ABSENT = "Torch not compiled with CUDA enabled"


def is_available():
    return False


def is_initialized():
    return False


def is_bf16_supported(including_emulation=True):
    return False


def device_count():
    return 0


def manual_seed(seed):
    """No device draws numbers."""


def manual_seed_all(seed):
    """No device draws numbers."""


def empty_cache():
    """No device holds memory."""


def memory_allocated(device=None):
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated


def reset_peak_memory_stats(device=None):
    """No device holds memory."""


def _absent(name):
    def function(*args, **kwargs):
        raise AssertionError(_ABSENT)

    function.__name__ = name
    return function


for _name in ("current_device", "set_device", "get_device_name", "get_device_properties", "get_device_capability", "synchronize",
              "init", "current_stream", "mem_get_info"):
    globals()[_name] = _absent(_name)
