# A size for every dimension: given as such, or as one for all.
import torch


def _ntuple(x, n: int):
    if torch.jit.is_scripting():  # where lists have any length
        if isinstance(x, list):
            return x
        return [x for _ in range(n)]
    if isinstance(x, (tuple, list)):
        return tuple(x)
    return (x,) * n


def _single(x):
    return _ntuple(x, 1)


def _pair(x):
    return _ntuple(x, 2)


def _triple(x):
    return _ntuple(x, 3)


def _quadruple(x):
    return _ntuple(x, 4)


# (a, b) with n=2 is [b, b, a, a]: the order in which `pad` takes sizes, the last dimension first.
def _reverse_repeat(t, n: int):
    return [x for x in reversed(t) for _ in range(n)]
