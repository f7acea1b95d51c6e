"""torch._higher_order_ops: branches, loops and scans as calls, which run as Python's own."""
import wick

from ..utils import _pytree
from .associative_scan import associative_scan


def cond(pred, true_fn, false_fn, operands=()):
    """What one of the functions makes of the operands."""
    return (true_fn if pred else false_fn)(*operands)


def while_loop(cond_fn, body_fn, carried_inputs):
    """The values after the last turn."""
    values = tuple(carried_inputs)
    while cond_fn(*values):
        values = tuple(body_fn(*values))
    return values


def scan(combine_fn, init, xs, *, dim=0, reverse=False):
    """combine_fn(carry, x) gives the next carry and a result for each slice of xs: the last carry, and the results as one more dimension."""
    leaves, spec = _pytree.tree_flatten(xs)
    count = leaves[0].shape[dim]
    carry, results = init, []
    for place in reversed(range(count)) if reverse else range(count):
        carry, result = combine_fn(carry, _pytree.tree_unflatten([leaf.select(dim, place) for leaf in leaves], spec))
        results.append(result)
    if reverse:
        results.reverse()
    return carry, _pytree.tree_map(lambda *parts: wick.stack(parts), *results)
