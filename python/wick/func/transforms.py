"""Derivatives of functions, as functions."""
import functools

import wick

from .._trees import leaves, like, map_leaves
from ..autograd._leaves import leaves_behind


def grad(func, argnums=0, has_aux=False):
    """The function that gives the gradients of `func`, whose result is one number, with respect to the argument (or the tuple of
    arguments) at `argnums`. With has_aux, func gives (number, anything), and the function (gradients, anything)."""
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def gradients(*args, **kwargs):
        found, value = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradients


def grad_and_value(func, argnums=0, has_aux=False):
    """As grad: the function gives (gradients, value), with has_aux (gradients, (value, anything))."""

    @functools.wraps(func)
    def gradients(*args, **kwargs):
        call = _Call(func, args, kwargs, argnums, has_aux)
        value = call.output
        if not isinstance(value, wick.Tensor):
            raise RuntimeError("Expected the differentiated function to return a tensor, got type "
                               f"{type(value).__name__}.")
        if value.dim() != 0:
            raise RuntimeError("grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with "
                               f"{value.dim()} dims. Maybe you wanted to use the vjp or jacrev APIs instead?")
        found = call.like_arguments(call.pull([wick.ones_like(value)]))
        value = call.finished(value)
        return found, (value, call.aux) if has_aux else value

    return gradients


def vjp(func, *primals, has_aux=False):
    """(func(*primals), the function that gives for cotangents of the result those of the primals, as a tuple); with has_aux, what else func
    gives comes third."""
    call = _Call(func, primals, {}, tuple(range(len(primals))), has_aux)
    expected = leaves(call.output)

    def pull(*cotangents):
        given = leaves(cotangents[0] if len(cotangents) == 1 and not _same_nesting(cotangents, call.output) else cotangents)
        if len(given) != len(expected):
            raise RuntimeError(f"Expected {len(expected)} cotangents, as the function has results, got {len(given)}")
        return call.like_arguments(call.pull(given))

    output = map_leaves(call.finished, call.output)
    return (output, pull, call.aux) if has_aux else (output, pull)


def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    """(func(*primals), how its result changes when the primals move along the tangents): the derivative of what vjp gives by the
    cotangents, which it is linear in."""
    if not isinstance(primals, tuple) or not isinstance(tangents, tuple) or not primals:
        raise RuntimeError("jvp(f, primals, tangents): Expected primals and tangents to be non-empty tuples.")
    if len(leaves(primals)) != len(leaves(tangents)):
        raise RuntimeError("jvp(f, primals, tangents): Expected primals and tangents to have the same python structure.")
    call = _Call(func, primals, {}, tuple(range(len(primals))), has_aux)
    starts = [wick.zeros_like(o).requires_grad_() for o in leaves(call.output)]
    found = call.pull(starts, creates=True)
    pairs = [(f, t) for f, t in zip(found, leaves(tangents)) if f.requires_grad]
    moved = [None] * len(starts)
    if pairs:
        moved = wick.autograd.grad([f for f, _ in pairs], starts, [t for _, t in pairs], create_graph=call.is_kept,
                                   retain_graph=True, allow_unused=True)
    moved = [wick.zeros_like(o) if m is None else call.finished(m) for m, o in zip(moved, leaves(call.output))]
    output = map_leaves(call.finished, call.output)
    return (output, like(output, moved), call.aux) if has_aux else (output, like(output, moved))


def jacrev(func, argnums=0, *, has_aux=False, chunk_size=None):
    """The function that gives the Jacobian of `func` by the argument (or arguments) at `argnums`: for each tensor of the result,
    nested as that is, one of shape result.shape + argument.shape for each tensor of the arguments."""

    @functools.wraps(func)
    def jacobian(*args, **kwargs):
        call = _Call(func, args, kwargs, argnums, has_aux)
        outputs = leaves(call.output)
        rows = []
        for number, output in enumerate(outputs):
            found = []
            for index in range(output.numel()):
                start = wick.zeros_like(output).reshape(-1)
                start[index] = 1
                starts = [start.reshape(output.shape) if n == number else None for n in range(len(outputs))]
                found.append(call.pull(starts))
            rows.append(call.like_arguments([
                wick.stack(column).reshape(tuple(output.shape) + tuple(own.shape)) if column else
                wick.zeros(tuple(output.shape) + tuple(own.shape), dtype=own.dtype)
                for own, column in zip(call.own, list(zip(*found)) or [()] * len(call.own))
            ]))
        jacobians = like(call.output, rows)
        return (jacobians, call.aux) if has_aux else jacobians

    return jacobian


def jacfwd(func, argnums=0, has_aux=False, *, chunk_size=None, randomness="error"):
    """As jacrev, which it is: there is no forward mode."""
    return jacrev(func, argnums, has_aux=has_aux)


def hessian(func, argnums=0):
    """The function that gives the second derivatives."""
    return jacrev(jacrev(func, argnums), argnums)


class _Call:
    """A call of a function with arguments of its own in the place of those that it is differentiated by."""

    def __init__(self, func, args, kwargs, argnums, has_aux):
        self._single = isinstance(argnums, int)
        numbers = [argnums] if self._single else list(argnums)
        for number in numbers:
            if not -len(args) <= number < len(args):
                raise RuntimeError(f"Got argnum={number}, but only {len(args)} positional inputs")
        self._given = tuple(args[number] for number in numbers)
        for tensor in leaves(self._given):
            if not isinstance(tensor, wick.Tensor):
                raise ValueError(f"Thing passed to transform API must be Tensor, got {type(tensor)}")
        args = list(args)
        with wick.enable_grad():
            own = map_leaves(lambda t: t.view_as(t) if t.requires_grad else t.detach().requires_grad_(), self._given)
            for number, value in zip(numbers, own):
                args[number] = value
            result = func(*args, **kwargs)
        if has_aux and not (isinstance(result, tuple) and len(result) == 2):
            raise RuntimeError("Expected the function to return (output, aux) with has_aux=True, got type "
                               f"{type(result).__name__}")
        self.own = leaves(own)
        self.output, aux = result if has_aux else (result, None)
        # What nobody else differentiates keeps no history.
        self.is_kept = bool(leaves_behind(leaves(self.output), self.own))
        self.aux = map_leaves(self.finished, aux)

    def pull(self, starts, creates=False):
        """The gradients of the own tensors, one for each, from those of the outputs."""
        pairs = [(o, s) for o, s in zip(leaves(self.output), starts) if s is not None and o.requires_grad]
        if not pairs:
            return [wick.zeros_like(tensor) for tensor in self.own]
        creates = creates or self.is_kept or any(s.requires_grad for _, s in pairs)
        return wick.autograd.grad([o for o, _ in pairs], self.own, [s for _, s in pairs], retain_graph=True,
                                  create_graph=creates, materialize_grads=True)

    def like_arguments(self, values):
        nested = like(self._given, values)
        return nested[0] if self._single else nested

    def finished(self, value):
        """A result as the caller gets it."""
        return value if self.is_kept or not isinstance(value, wick.Tensor) else value.detach()


def _same_nesting(a, b):
    if isinstance(a, dict) or isinstance(b, dict):
        return isinstance(a, dict) and isinstance(b, dict) and all(k in b and _same_nesting(v, b[k]) for k, v in a.items())
    if isinstance(a, (tuple, list)) or isinstance(b, (tuple, list)):
        return isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)) and len(a) == len(b) and \
            all(map(_same_nesting, a, b))
    return True
