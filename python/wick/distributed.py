"""torch.distributed as of a PyTorch that was built without it: programs that ask are told that they are alone."""


def is_available():
    return False


def is_initialized():
    return False


def is_torchelastic_launched():
    return False
