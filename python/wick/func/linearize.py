"""Functions that are derivatives in one place."""
from .. import _wick
from .._trees import leaves, like
from .transforms import _Call


def linearize(func, *primals):
    """(func(*primals), the function of tangents of the primals that gives how the result moves): what jvp gives, with the call made once."""
    call = _Call(func, primals, {}, tuple(range(len(primals))), False)
    output = like(call.output, [call.finished(value) for value in leaves(call.output)])

    def moved(*tangents):
        given = leaves(tangents)
        if len(given) != len(call.given) or any(t.shape != p.shape for t, p in zip(given, call.given)):
            raise RuntimeError("Expected the tangents to have the same structure and shapes as the primals")
        return like(call.output, call.push(given))

    return output, moved


def functionalize(func, *, remove="mutations"):
    """The function itself: no compiler here asks for one that writes to nothing."""
    if remove not in ("mutations", "mutations_and_views"):
        raise RuntimeError("functionalize(f, remove='mutations'): received invalid argument for kwarg remove. Valid options are: "
                           f"remove='mutations', remove='mutations_and_views'. Got: {remove}")
    return func


def debug_unwrap(tensor, *, recurse=True):
    """Inside of vmap the value that has all tensors of the batch; any other tensor is what it is."""
    level = _wick._level_of(tensor)
    if level == 0:
        return tensor
    found = _wick._gathered(tensor, level)
    return debug_unwrap(found) if recurse else found
