"""Functions of batches."""
import functools

import wick

from .. import _wick
from .._trees import leaves, like


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """The function that calls `func` with all tensors along in_dims of its arguments at once and gives the results along out_dims.

    in_dims: an int for all arguments, or nested as they are, None for what every call gets whole, as it gets keyword arguments. out_dims: as nested as the results. randomness: whether random operators are refused ("error"), give each
    the "same" numbers, or "different" ones. chunk_size: how many at once, where all need too much memory.

    The function sees tensors without the mapped dimension; operators compute for all of them, those that don't know how for one
    after the other. Data-dependent control flow is an error. Calls may be nested, among themselves and with grad, vjp, jacrev, jvp.
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")
    name = getattr(func, "__name__", repr(func))

    @functools.wraps(func)
    def of_batches(*args, **kwargs):
        dims = _dims_of(args, in_dims, name)
        values = leaves(args)
        size = _size_of(values, dims)

        def call(values):
            return func(*like(args, values), **kwargs)

        if chunk_size is None or chunk_size >= size:
            return _of_level(call, values, dims, size, out_dims, randomness, name)
        parts = []
        for begin in range(0, size, chunk_size):
            length = min(chunk_size, size - begin)
            part = [value if dim is None else value.narrow(dim, begin, length) for value, dim in zip(values, dims)]
            parts.append(_of_level(call, part, dims, length, out_dims, randomness, name))
        places = _places_of(parts[0], out_dims, name)
        columns = zip(*map(leaves, parts))
        return like(parts[0], [column[0] if dim is None else wick.cat(column, dim) for column, dim in zip(columns, places)])

    return of_batches


def _of_level(call, values, dims, size, out_dims, randomness, name):
    level = _wick._enter_level(size, randomness)
    try:
        result = call([value if dim is None else _wick._batched(value, dim, level) for value, dim in zip(values, dims)])
        places = _places_of(result, out_dims, name)
        found = [_result(value, dim, level, name) for value, dim in zip(leaves(result), places)]
    finally:
        _wick._leave_level()
    return like(result, found)


def _result(value, dim, level, name):
    if not isinstance(value, wick.Tensor):
        raise ValueError(f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(value)}. Did you mean to set out_dims= "
                         "to None for output?")
    if dim is None:
        if _wick._level_of(value) == level:
            raise ValueError(f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None")
        return value
    return _wick._gathered(value, level).movedim(0, dim)


def _size_of(values, dims):
    sizes = [value.size(dim) for value, dim in zip(values, dims) if dim is not None and value.dim()]
    if not any(dim is not None for dim in dims):
        raise ValueError("vmap: at least one input must be mapped over: in_dims has an entry for none, or there are no tensors")
    if any(size != sizes[0] for size in sizes):
        raise ValueError("vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
                         f"{sizes} for the mapped dimension")
    return sizes[0] if sizes else 0


def _dims_of(args, in_dims, name):
    if not isinstance(in_dims, (int, list, tuple, dict)):
        raise ValueError(f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): expected `in_dims` to be int or a (potentially nested) "
                         f"tuple matching the structure of inputs, got: {type(in_dims)}.")
    if not args:
        return []
    dims = _spread(in_dims, args, lambda: ValueError(
        f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): in_dims is not compatible with the structure of `inputs`. in_dims has "
        "another nesting than the inputs."))
    for value, dim in zip(leaves(args), dims):
        if dim is None:
            continue
        if not isinstance(value, wick.Tensor):
            if not isinstance(in_dims, int):
                raise ValueError(f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={dim} for an input but the input is of "
                                 f"type {type(value)}. We cannot vmap over non-Tensor arguments, please use None as the respective "
                                 "in_dim")
        elif not -value.dim() <= dim < value.dim():
            raise ValueError(f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={dim} for some input, but that input is a "
                             f"Tensor of dimensionality {value.dim()} so expected in_dim to satisfy -{value.dim()} <= in_dim < "
                             f"{value.dim()}.")
    return [dim if isinstance(value, wick.Tensor) else None for value, dim in zip(leaves(args), dims)]


def _places_of(result, out_dims, name):
    return _spread(out_dims, result, lambda: ValueError(
        f"vmap({name}, ..., out_dims={out_dims}): out_dims is not compatible with the structure of `outputs`."))


def _spread(dims, tree, mistake):
    """A dimension, or None, for each value of the tree: `dims` is nested as the tree is, as deep as it goes."""
    if dims is None or isinstance(dims, int):
        return [dims for _ in leaves(tree)]
    if isinstance(dims, dict):
        if not isinstance(tree, dict) or dims.keys() != tree.keys():
            raise mistake()
        return [found for key, item in tree.items() for found in _spread(dims[key], item, mistake)]
    if not isinstance(tree, (tuple, list)):
        tree = (tree,)
    if len(dims) != len(tree):
        raise mistake()
    return [found for one, item in zip(dims, tree) for found in _spread(one, item, mistake)]
