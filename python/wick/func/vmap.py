"""Functions of batches."""
import functools

import wick

from .._trees import leaves, like, map_leaves


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """The function that calls `func` with each slice of its arguments along in_dims and stacks the results along out_dims.

    in_dims: an int for all arguments, or nested as they are, None for what every call gets whole. The calls are made one after the
    other: a function of batches written by hand is faster.
    """

    @functools.wraps(func)
    def of_batches(*args, **kwargs):
        dims = _spread(in_dims, args)
        arguments = leaves(args)
        sizes = {argument.size(dim) for argument, dim in zip(arguments, dims) if dim is not None}
        if not sizes:
            raise ValueError("vmap(f, in_dims, ...): at least one input must be mapped over")
        if len(sizes) > 1:
            raise ValueError(f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sorted(sizes)} "
                             "for the mapped dimension")
        results = []
        for number in range(sizes.pop()):
            slices = [a if dim is None else a.select(dim, number) for a, dim in zip(arguments, dims)]
            # Keyword arguments are mapped over their first dimension.
            named = map_leaves(lambda v: v[number] if isinstance(v, wick.Tensor) else v, kwargs)
            results.append(func(*like(args, slices), **named))
        if not results:
            raise ValueError("vmap: the mapped dimension has no element, so there is no result to know the shape of")
        columns = zip(*map(leaves, results))
        places = _spread(out_dims, results[0])
        return like(results[0], [_stacked(column, dim) for column, dim in zip(columns, places)])

    return of_batches


def _stacked(values, dim):
    if not all(isinstance(value, wick.Tensor) for value in values):
        raise ValueError(f"vmap(f, ...): `f` must only return Tensors, got type {type(values[0]).__name__}")
    return values[0] if dim is None else wick.stack(values, dim)


def _spread(dims, tree):
    """A dimension, or None, for each value of the tree: `dims` is nested as the tree is, as deep as it goes. None is also for
    what is no tensor."""
    if dims is None or isinstance(dims, int):
        return [dims if isinstance(leaf, wick.Tensor) else None for leaf in leaves(tree)]
    if isinstance(dims, dict):
        return [found for key, item in tree.items() for found in _spread(dims[key], item)]
    tree = tree if isinstance(tree, (tuple, list)) else (tree,)
    if len(dims) != len(tree):
        raise ValueError(f"vmap: in_dims or out_dims {dims} is not compatible with the structure of what it is for")
    return [found for one, item in zip(dims, tree) for found in _spread(one, item)]
