"""torch.backends.mkldnn: a library that is not there."""
import contextlib

enabled = False
deterministic = False


def is_available():
    return False


def flags(enabled=False, deterministic=False, allow_tf32=True, fp32_precision="none"):
    """A block with other switches."""
    return contextlib.nullcontext()
