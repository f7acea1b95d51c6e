"""Reverse mode differentiation: torch.autograd."""
from .. import _wick
from .._grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from .anomaly_mode import detect_anomaly, set_detect_anomaly
from .function import Function
from .gradcheck import GradcheckError, gradcheck, gradgradcheck
from .variable import Variable
from . import forward_ad, functional, graph

__all__ = ["Function", "Variable", "backward", "detect_anomaly", "forward_ad", "functional", "grad", "gradcheck", "gradgradcheck", "graph",
           "set_detect_anomaly"]


def __getattr__(name):
    if name in ("profiler", "profiler_util"):  # imported when they are asked for
        import importlib

        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, inputs=None):
    """Adds the gradients of the sum of `tensors` to the `grad` of the leaves they were made from (or of `inputs`).

    `grad_tensors` are the gradients to begin with, one per tensor; None stands for 1 and needs a tensor of one element.
    """
    _wick._backward(_tuple(tensors), _given(grad_tensors), retain_graph, create_graph, _tuple(inputs))


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, only_inputs=True,
         allow_unused=None, is_grads_batched=False, materialize_grads=False):
    """The gradients of the sum of `outputs` with respect to `inputs`, as a tuple.

    An input that the outputs do not depend on is an error; with `allow_unused` its gradient is None, with
    `materialize_grads` zeros. With `is_grads_batched` the first dimension of `grad_outputs` counts several, for which all is
    computed at once, and so does that of the gradients.
    """
    inputs = _tuple(inputs)
    if is_grads_batched:
        return _grads_of_batch(_tuple(outputs), inputs, _tuple(grad_outputs), create_graph, allow_unused, materialize_grads)
    unused = bool(allow_unused) or materialize_grads
    found = _wick._grad(_tuple(outputs), inputs, _given(grad_outputs), retain_graph, create_graph, unused)
    if materialize_grads:
        import wick

        found = tuple(wick.zeros_like(i) if g is None else g for g, i in zip(found, inputs))
    return found


def _grads_of_batch(outputs, inputs, grad_outputs, create_graph, allow_unused, materialize_grads):
    from ..func import vmap

    used = []

    def of_one(*starts):
        found = grad(outputs, inputs, starts, True, create_graph, True, allow_unused, False, materialize_grads)
        used[:] = [gradient is not None for gradient in found]
        return tuple(gradient for gradient in found if gradient is not None)

    found = iter(vmap(of_one)(*grad_outputs))
    return tuple(next(found) if is_used else None for is_used in used)


def _tuple(tensors):
    if isinstance(tensors, _wick.Tensor):
        return (tensors,)
    if isinstance(tensors, graph.GradientEdge):
        tensors = (tensors,)
    return () if tensors is None else graph.tensors_of(tensors)


def _given(gradients):
    """All None is the same as none."""
    gradients = _tuple(gradients)
    return () if all(g is None for g in gradients) else gradients
