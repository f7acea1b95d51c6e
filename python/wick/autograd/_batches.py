"""Functions with a backward of their own, inside of vmap."""
import collections

import wick

from .. import _wick
from .._trees import leaves, like

VmapInfo = collections.namedtuple("VmapInfo", ["batch_size", "randomness"])


def apply_to_batch(cls, args, has_rule):
    """cls.apply where some arguments are tensors of a level of vmap: by the function's own rule, or one after the other."""
    if not hasattr(cls, "setup_context"):
        raise RuntimeError("In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, ...), it must override "
                           "the setup_context staticmethod. For more details, please see "
                           "https://pytorch.org/docs/main/notes/extending.func.html")
    if has_rule and cls.generate_vmap_rule:
        raise RuntimeError(f"You tried to vmap over {cls.__name__}, but it has both generate_vmap_rule=True and an overriden vmap "
                           "staticmethod. Please set generate_vmap_rule=False or delete the overriden vmap staticmethod to avoid "
                           "ambiguity. For more details, please see https://pytorch.org/docs/main/notes/extending.func.html")
    if not has_rule and not cls.generate_vmap_rule:
        raise RuntimeError(f"You tried to vmap over {cls.__name__}, but it does not have vmap support. Please override and implement the "
                           "vmap staticmethod or set generate_vmap_rule=True. For more details, please see "
                           "https://pytorch.org/docs/main/notes/extending.func.html")
    level = max(_wick._level_of(arg) for arg in args if isinstance(arg, _wick.Tensor))
    in_dims = tuple(0 if isinstance(arg, _wick.Tensor) and _wick._level_of(arg) == level else None for arg in args)
    values = [arg if dim is None else _wick._gathered(arg, level) for arg, dim in zip(args, in_dims)]
    size = next(value.size(0) for value, dim in zip(values, in_dims) if dim is not None)
    if has_rule:
        result, out_dims = cls.vmap(VmapInfo(size, _wick._randomness_of(level)), in_dims, *values)
    else:
        each = [cls.apply(*(value if dim is None else value[i] for value, dim in zip(values, in_dims))) for i in range(size)]
        columns = zip(*map(leaves, each))
        result, out_dims = like(each[0], [wick.stack(column) for column in columns]), 0
    if not isinstance(out_dims, (tuple, list)):
        out_dims = [out_dims] * len(leaves(result))
    return like(result, [value if dim is None else _wick._batched(value, dim, level) for value, dim in zip(leaves(result), out_dims)])
