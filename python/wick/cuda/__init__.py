"""torch.cuda, of a machine without CUDA: wick computes on the CPU."""
import contextlib

from . import amp

_ABSENT = "Torch not compiled with CUDA enabled"


class OutOfMemoryError(RuntimeError):
    """A device's memory is used up."""


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


max_memory_allocated = memory_reserved = max_memory_reserved = memory_cached = max_memory_cached = memory_allocated


default_generators = ()


def get_arch_list():
    return []


get_rng_state_all = get_arch_list


def set_rng_state_all(new_states):
    """No device draws numbers."""


def stream(stream):
    """A block whose work is put on a stream; None, the only one there is, changes nothing."""
    return contextlib.nullcontext()


class device:
    """A block that runs on a device of that number."""

    def __init__(self, device):
        self.idx = device

    def __enter__(self):
        raise AssertionError(_ABSENT)

    def __exit__(self, *error):
        return False


def reset_peak_memory_stats(device=None):
    """No device holds memory."""


def _absent(name):
    def function(*args, **kwargs):
        raise AssertionError(_ABSENT)

    function.__name__ = name
    return function


def _absent_class(name):
    def __init__(self, *args, **kwargs):
        raise RuntimeError(f"Tried to instantiate dummy base class {name}")

    return type(name, (), {"__init__": __init__, "__module__": __name__})


for _name in ("Stream", "StreamContext", "Event", "CUDAGraph", "graph"):
    globals()[_name] = _absent_class(_name)
for _name in ("current_device", "ipc_collect", "set_device", "get_device_name", "get_device_properties", "get_device_capability", "synchronize",
              "init", "current_stream", "default_stream", "get_rng_state", "set_rng_state", "mem_get_info"):
    globals()[_name] = _absent(_name)
