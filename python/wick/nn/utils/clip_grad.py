"""Gradients kept within bounds."""
import math

import wick


@wick.no_grad()
def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """The norm of all elements of the tensors together, as a tensor of no dimension."""
    norms = [wick.linalg.vector_norm(tensor, float(norm_type)) for tensor in _list(tensors)]
    if not norms:
        return wick.tensor(0.0)
    total = wick.linalg.vector_norm(wick.stack(norms), float(norm_type))
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise RuntimeError(f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be "
                           "clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
                           "`error_if_nonfinite=False`")
    return total


@wick.no_grad()
def clip_grads_with_norm_(parameters, max_norm, total_norm, foreach=None):
    """Multiplies the gradients by max_norm / total_norm where that is less than 1."""
    factor = wick.clamp(float(max_norm) / (total_norm + 1e-6), max=1.0)
    for grad in _grads(parameters):
        grad.mul_(factor)


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Scales the gradients in place so that the norm of all together is at most max_norm. Returns what it was."""
    parameters = _list(parameters)
    total = get_total_norm(_grads(parameters), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, max_norm, total)
    return total


clip_grad_norm = clip_grad_norm_


@wick.no_grad()
def clip_grad_value_(parameters, clip_value, foreach=None):
    """Clamps each element of the gradients to [-clip_value, clip_value], in place."""
    for grad in _grads(parameters):
        grad.clamp_(-float(clip_value), float(clip_value))


def _list(tensors):
    return [tensors] if isinstance(tensors, wick.Tensor) else list(tensors)


def _grads(parameters):
    return [grad for grad in (p.grad for p in _list(parameters)) if grad is not None]
