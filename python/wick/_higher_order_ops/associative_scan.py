"""torch._higher_order_ops.associative_scan."""
import wick

from ..utils import _pytree


def associative_scan(combine_fn, xs, dim, reverse=False, combine_mode="pointwise"):
    """What combine_fn makes of all elements up to each, along a dimension: by pairs, in log2(n) steps. combine_fn takes whole slices."""
    leaves, spec = _pytree.tree_flatten(xs)
    if reverse:
        leaves = [leaf.flip(dim) for leaf in leaves]

    def combine(left, right):
        return _pytree.tree_leaves(combine_fn(_pytree.tree_unflatten(left, spec), _pytree.tree_unflatten(right, spec)))

    found = _scan(combine, leaves, dim % leaves[0].dim())
    return _pytree.tree_unflatten([leaf.flip(dim) for leaf in found] if reverse else found, spec)


def _part(leaves, dim, start, stop=None, step=1):
    return [leaf[(slice(None),) * dim + (slice(start, stop, step),)] for leaf in leaves]


def _scan(combine, leaves, dim):
    count = leaves[0].shape[dim]
    if count < 2:
        return leaves
    odd = _scan(combine, combine(_part(leaves, dim, 0, -1, 2), _part(leaves, dim, 1, None, 2)), dim)
    before = _part(odd, dim, 0, -1) if count % 2 == 0 else odd
    rest = combine(before, _part(leaves, dim, 2, None, 2)) if count > 2 else _part(leaves, dim, 0, 0)
    even = [wick.cat(pair, dim) for pair in zip(_part(leaves, dim, 0, 1), rest)]
    return [_interleave(*pair, dim) for pair in zip(even, odd)]


def _interleave(even, odd, dim):
    """even[0], odd[0], even[1], …"""
    short = even.shape[dim] - odd.shape[dim]
    padded = wick.cat([odd, odd.narrow(dim, 0, 1)], dim) if short else odd
    woven = wick.stack([even, padded], dim + 1).flatten(dim, dim + 1)
    return woven.narrow(dim, 0, even.shape[dim] + odd.shape[dim])
