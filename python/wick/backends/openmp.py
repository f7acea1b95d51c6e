"""torch.backends.openmp: a library that is not there; wick has threads of its own."""


def is_available():
    return False
