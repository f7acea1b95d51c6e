"""Derivatives of functions, as functions."""
import functools

import wick

from .. import _wick
from .._trees import leaves, like, map_leaves
from ..autograd._leaves import leaves_behind
from .vmap import vmap


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
    moved = call.push(leaves(tangents))
    output = map_leaves(call.finished, call.output)
    return (output, like(output, moved), call.aux) if has_aux else (output, like(output, moved))


def jacrev(func, argnums=0, *, has_aux=False, chunk_size=None):
    """The function that gives the Jacobian of `func` by the argument (or arguments) at `argnums`: for each tensor of the result,
    nested as that is, one of shape result.shape + argument.shape for each tensor of the arguments. `chunk_size`: how many of its rows
    are computed at once."""

    @functools.wraps(func)
    def jacobian(*args, **kwargs):
        call = _Call(func, args, kwargs, argnums, has_aux)
        outputs = leaves(call.output)
        rows = [call.like_arguments(_rows(call, outputs, number, chunk_size)) for number in range(len(outputs))]
        jacobians = like(call.output, rows)
        return (jacobians, call.aux) if has_aux else jacobians

    return jacobian


def _rows(call, outputs, number, chunk_size):
    """The Jacobian of one of the outputs: a pull for each of its elements, all of them at once."""
    output = outputs[number]
    shapes = [tuple(output.shape) + tuple(own.shape) for own in call.given]
    if output.numel() == 0:
        return [wick.zeros(shape, dtype=own.dtype) for shape, own in zip(shapes, call.given)]

    def pull(start):
        return tuple(call.pull([start.reshape(output.shape) if n == number else None for n in range(len(outputs))]))

    found = vmap(pull, chunk_size=chunk_size)(wick.eye(output.numel(), dtype=output.dtype))
    return [rows.reshape(shape) for rows, shape in zip(found, shapes)]


def jacfwd(func, argnums=0, has_aux=False, *, chunk_size=None, randomness="error"):
    """As jacrev, which it is: there is no forward mode."""
    return jacrev(func, argnums, has_aux=has_aux, chunk_size=chunk_size)


def hessian(func, argnums=0):
    """The function that gives the second derivatives."""
    return jacrev(jacrev(func, argnums), argnums)


class _Call:
    """A call of a function with arguments of its own in the place of those that it is differentiated by.

    Inside of vmap these are other ones for each of its tensors, so that gradients are too. What they were made from is known of
    the tensors that have all of the batch, so gradients are computed with those.
    """

    def __init__(self, func, args, kwargs, argnums, has_aux):
        self._single = isinstance(argnums, int)
        numbers = [argnums] if self._single else list(argnums)
        for number in numbers:
            if not -len(args) <= number < len(args):
                raise RuntimeError(f"Got argnum={number}, but only {len(args)} positional inputs")
        self._arguments = tuple(args[number] for number in numbers)
        self.given = leaves(self._arguments)
        for tensor in self.given:
            if not isinstance(tensor, wick.Tensor):
                raise ValueError(f"Thing passed to transform API must be Tensor, got {type(tensor)}")
        self._levels = range(1, _wick._levels() + 1)
        args = list(args)
        with wick.enable_grad():
            self._own = [_own(self._whole(tensor)) for tensor in self.given]
            own = like(self._arguments, [self._apart(tensor) for tensor in self._own])
            for number, value in zip(numbers, own):
                args[number] = value
            result = func(*args, **kwargs)
            if has_aux and not (isinstance(result, tuple) and len(result) == 2):
                raise RuntimeError("Expected the function to return (output, aux) with has_aux=True, got type "
                                   f"{type(result).__name__}")
            self.output, aux = result if has_aux else (result, None)
            self._outputs = [self._whole(tensor) if isinstance(tensor, wick.Tensor) else tensor for tensor in leaves(self.output)]
        # What nobody else differentiates keeps no history.
        self.is_kept = bool(leaves_behind(self._outputs, self._own))
        self.aux = map_leaves(self.finished, aux)

    def pull(self, starts):
        """The gradients of the own tensors, one for each, from those of the outputs, of which None has no part."""
        return [self._apart(found) for found in self._pull([None if s is None else self._whole(s) for s in starts])]

    def push(self, tangents):
        """How the outputs change when the own tensors move along the tangents: the derivative of `pull` by what it is linear in."""
        starts = [wick.zeros_like(output).requires_grad_() for output in self._outputs]
        found = self._pull(starts, creates=True)
        pairs = [(f, self._whole(tangent)) for f, tangent in zip(found, tangents) if f.requires_grad]
        moved = [None] * len(starts)
        if pairs:
            moved = wick.autograd.grad([f for f, _ in pairs], starts, [t for _, t in pairs], create_graph=self.is_kept,
                                       retain_graph=True, allow_unused=True)
        return [self._apart(wick.zeros_like(o) if m is None else self.finished(m)) for m, o in zip(moved, self._outputs)]

    def _pull(self, starts, creates=False):
        pairs = [(o, s) for o, s in zip(self._outputs, starts) if s is not None and o.requires_grad]
        if not pairs:
            return [wick.zeros_like(tensor) for tensor in self._own]
        creates = creates or self.is_kept or any(s.requires_grad for _, s in pairs)
        return wick.autograd.grad([o for o, _ in pairs], self._own, [s for _, s in pairs], retain_graph=True, create_graph=creates,
                                  materialize_grads=True)

    def like_arguments(self, values):
        nested = like(self._arguments, values)
        return nested[0] if self._single else nested

    def finished(self, value):
        """A result as the caller gets it."""
        return value if self.is_kept or not isinstance(value, wick.Tensor) else value.detach()

    def _whole(self, tensor):
        for level in reversed(self._levels):
            tensor = _wick._gathered(tensor, level)
        return tensor

    def _apart(self, tensor):
        for level in self._levels:
            tensor = _wick._spread(tensor, level)
        return tensor


def _own(tensor):
    return tensor.view_as(tensor) if tensor.requires_grad else tensor.detach().requires_grad_()


def _same_nesting(a, b):
    if isinstance(a, dict) or isinstance(b, dict):
        return isinstance(a, dict) and isinstance(b, dict) and all(k in b and _same_nesting(v, b[k]) for k, v in a.items())
    if isinstance(a, (tuple, list)) or isinstance(b, (tuple, list)):
        return isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)) and len(a) == len(b) and \
            all(map(_same_nesting, a, b))
    return True
