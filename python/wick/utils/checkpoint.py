"""Memory for time: what a part of a network has computed is computed again when its gradients are wanted."""
import contextlib

import wick

from .._trees import leaves, like
from ..autograd._leaves import leaves_behind

__all__ = ["checkpoint", "checkpoint_sequential", "get_device_states", "set_device_states"]


def checkpoint(function, *args, use_reentrant=None, context_fn=None, determinism_check="default", debug=False,
               preserve_rng_state=True, **kwargs):
    """function(*args, **kwargs), of which only the arguments are kept for the backward pass, which calls it again.

    Gradients go to the tensors among the arguments and to the leaves that the function reads, such as parameters, by backward and by
    grad, to any order. The second call draws the random numbers of the first, unless preserve_rng_state is False. context_fn gives
    two context managers, one for each call. What PyTorch's two implementations differ in (use_reentrant) does not concern wick.
    """
    call = _Call(function, args, kwargs, context_fn, preserve_rng_state)
    if not wick.is_grad_enabled():
        return call.first()
    result, parameters = call.record()
    tensors = [value for value in leaves(result) if isinstance(value, wick.Tensor)]
    outputs = iter(_Again.apply(call, tensors, *call.tensors, *parameters) if parameters or call.wants_gradients() else tensors)
    return like(result, [next(outputs) if isinstance(value, wick.Tensor) else value for value in leaves(result)])


def checkpoint_sequential(functions, segments, input, use_reentrant=None, *, preserve_rng_state=True):
    """The input through all functions (or the modules of a Sequential), in `segments` parts, each of them but the last a
    checkpoint."""
    functions = list(functions.children()) if isinstance(functions, wick.nn.Sequential) else list(functions)
    if not 1 <= segments <= len(functions):
        raise ValueError(f"checkpoint_sequential: {segments} segments of {len(functions)} functions")
    size = len(functions) // segments
    for start in range(0, size * (segments - 1), size):
        input = checkpoint(_chain(functions[start : start + size]), input, preserve_rng_state=preserve_rng_state)
    return _chain(functions[size * (segments - 1) :])(input)


def get_device_states(*args):
    """(the devices of the arguments, the states of their random numbers) beside the CPU's: none."""
    return [], []


def set_device_states(devices, states, *, device_type=None):
    """No device draws numbers."""


def _chain(functions):
    def run(input):
        for function in functions:
            input = function(input)
        return input

    return run


class _Call:
    """A function and what it is called with."""

    def __init__(self, function, args, kwargs, context_fn, preserves_random_numbers):
        self._function, self._given = function, (args, kwargs)
        self.tensors = [value for value in leaves(self._given) if isinstance(value, wick.Tensor)]
        self._first, self._second = context_fn() if context_fn else (contextlib.nullcontext(), contextlib.nullcontext())
        self._random_state = wick.get_rng_state() if preserves_random_numbers else None

    def wants_gradients(self):
        return any(tensor.requires_grad for tensor in self.tensors)

    def _run(self, tensors):
        tensors = iter(tensors)
        args, kwargs = like(self._given, [next(tensors) if isinstance(v, wick.Tensor) else v for v in leaves(self._given)])
        return self._function(*args, **kwargs)

    def first(self):
        with self._first:
            return self._run(self.tensors)

    def record(self):
        """(the result without its history, the leaves that it was made from beside the arguments)."""
        own = [t.detach().requires_grad_(t.requires_grad) for t in self.tensors]
        with self._first:
            result = self._run(own)
        outputs = leaves(result)
        known = {id(tensor): given for tensor, given in zip(own, self.tensors)}
        found = [known.get(id(v), v.detach()) if isinstance(v, wick.Tensor) else v for v in outputs]
        self.fixed = [f for f, v in zip(found, outputs) if isinstance(v, wick.Tensor) and not v.requires_grad]
        return like(result, found), leaves_behind(outputs, own)

    def again(self, tensors):
        """The tensors of the result, with their history."""
        with contextlib.ExitStack() as stack:
            if self._random_state is not None:
                stack.enter_context(wick.random.fork_rng())
                wick.set_rng_state(self._random_state)
            stack.enter_context(wick.enable_grad())
            stack.enter_context(self._second)
            return [value for value in leaves(self._run(tensors)) if isinstance(value, wick.Tensor)]


class _Again(wick.autograd.Function):
    """Results that were computed without a record; backward computes them with one."""

    @staticmethod
    def forward(ctx, call, results, *inputs):
        ctx.call = call
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*inputs)
        ctx.mark_non_differentiable(*call.fixed)
        return tuple(results)

    @staticmethod
    def backward(ctx, *grads):
        creates = wick.is_grad_enabled()
        inputs = ctx.saved_tensors
        count = len(ctx.call.tensors)
        # The arguments get handles of their own, at which the pass ends; parameters are what the function reads itself.
        own = [t.view_as(t) if creates and t.requires_grad else t.detach().requires_grad_(t.requires_grad) for t in inputs[:count]]
        with wick.enable_grad():
            pairs = [(o, g) for o, g in zip(ctx.call.again(own), grads) if g is not None and o.requires_grad]
            wanted = [t for t in (*own, *inputs[count:]) if t.requires_grad]
            found = iter(wick.autograd.grad([o for o, _ in pairs], wanted, [g for _, g in pairs], create_graph=creates,
                                            allow_unused=True) if pairs and wanted else ())
        return None, None, *(next(found, None) if t.requires_grad else None for t in (*own, *inputs[count:]))
