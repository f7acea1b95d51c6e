"""torch.nn.attention: which implementation scaled_dot_product_attention takes. There is one, which serves every call."""
import contextlib
import enum


class SDPBackend(enum.IntEnum):
    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextlib.contextmanager
def sdpa_kernel(backends, set_priority=False):
    """Kept for programs that say it: results don't depend on it."""
    for one in [backends] if isinstance(backends, SDPBackend) else backends:
        if not isinstance(one, SDPBackend):
            raise AssertionError("Backend must be an instance of SDPBackend or a list of SDPBackend instances")
    yield {}
