"""torch.backends.cudnn: switches of a library that is not there."""
enabled = True
benchmark = False
deterministic = False
allow_tf32 = True


def is_available():
    return False


def version():
    return None
