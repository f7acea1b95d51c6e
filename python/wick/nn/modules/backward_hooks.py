"""Hooks of modules in the backward pass."""
import wick
from wick.autograd import Function


class BackwardHookFunction(Function):
    """Tensors as they are; in the backward pass `seen` is given their gradients, and may give others."""

    @staticmethod
    def forward(ctx, seen, *tensors):
        ctx.set_materialize_grads(False)
        ctx.seen = seen
        return tensors

    @staticmethod
    def backward(ctx, *grads):
        return None, *ctx.seen(grads)


class BackwardHooks:
    """One call of a module, between gates at its arguments and at its results."""

    def __init__(self, module, pre_hooks, hooks):
        self._module, self._pre_hooks, self._hooks = module, list(pre_hooks), list(hooks)
        self._inputs = None

    def before(self, args):
        """The arguments of the call behind their gate."""
        self._inputs, args = _gate(args, self._at_inputs)
        return args

    def after(self, result):
        """The result of the call behind its gate."""
        several = isinstance(result, tuple)
        self._outputs, results = _gate(result if several else (result,), self._at_outputs)
        return results if several else results[0]

    def _at_outputs(self, grads):
        self._grad_output = _spread(grads, self._outputs)
        for hook in self._pre_hooks:
            self._grad_output = _changed(hook(self._module, self._grad_output), self._grad_output)
        if not self._inputs.places:
            self._call_hooks((None,) * self._inputs.count)
        return [self._grad_output[place] for place in self._outputs.places]

    def _at_inputs(self, grads):
        grad_input = self._call_hooks(_spread(grads, self._inputs))
        return [grad_input[place] for place in self._inputs.places]

    def _call_hooks(self, grad_input):
        for hook in self._hooks:
            grad_input = _changed(hook(self._module, grad_input, self._grad_output), grad_input)
        return grad_input


class _Gated:
    """Which of `count` values went through a gate."""

    def __init__(self, places, count):
        self.places, self.count = places, count


def _gate(values, seen):
    values = tuple(values)
    places = [i for i, value in enumerate(values) if isinstance(value, wick.Tensor) and value.requires_grad]
    if places and wick.is_grad_enabled():
        behind = dict(zip(places, BackwardHookFunction.apply(seen, *(values[i] for i in places))))
        values = tuple(behind.get(i, value) for i, value in enumerate(values))
    return _Gated(places, len(values)), values


def _spread(grads, gated):
    by_place = dict(zip(gated.places, grads))
    return tuple(by_place.get(place) for place in range(gated.count))


def _changed(given, grads):
    if given is None:
        return grads
    given = given if isinstance(given, tuple) else (given,)
    if len(given) != len(grads):
        raise RuntimeError(f"Backward hook returned an invalid number of grad_input, got {len(given)}, but expected {len(grads)}")
    return given
