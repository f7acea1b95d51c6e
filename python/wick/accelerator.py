"""torch.accelerator, of a machine without any: wick computes on the CPU."""


def is_available():
    return False


def device_count():
    return 0


def current_accelerator(check_available=False):
    return None


def synchronize(device=None):
    """What was called is done."""


def empty_cache():
    """No device holds memory."""
