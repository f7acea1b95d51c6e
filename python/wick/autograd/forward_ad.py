"""Derivatives along directions: torch.autograd.forward_ad, by differentiating twice.

Operators compute no tangents. A dual tensor is one that gradients are recorded for; its tangent is known once unpack_dual asks: the
backward pass is linear in the gradient that it starts with, and the gradient of that linear function is the derivative along the
direction. So the operators on the way have to have second derivatives, and must not run under no_grad.
"""
import collections
import threading

import wick

from .._grad_mode import enable_grad

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]

UnpackedDualTensor = collections.namedtuple("UnpackedDualTensor", "primal tangent")


class _Level:
    """The dual tensors of a level with their tangents."""

    def __init__(self):
        self.duals, self.tangents = [], []
        self.is_recorded = False  # what is unpacked is differentiated further


class _Levels(threading.local):
    current = None


_here = _Levels()


def enter_dual_level():
    """Begins a level, in which there can be dual tensors; gives its number."""
    if _here.current is not None:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    _here.current = _Level()
    return 0


def exit_dual_level(*, level=None):
    """Ends the level: tangents in it are gone."""
    if _here.current is None:
        raise RuntimeError("Dual level must be a positive number.")
    if level not in (None, 0):
        raise RuntimeError("Trying to exit a forward AD level that was not the last one that was created. This is not supported.")
    _here.current = None


class dual_level:
    """A context in which there can be dual tensors."""

    def __enter__(self):
        return enter_dual_level()

    def __exit__(self, *exception):
        exit_dual_level()


def make_dual(tensor, tangent, *, level=None):
    """The tensor with a tangent: what is computed from it has one too, which unpack_dual tells."""
    here = _here.current
    if here is None:
        raise RuntimeError("Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first.")
    for name, one in (("primal", tensor), ("tangent", tangent)):
        if not (one.is_floating_point() or one.is_complex()):
            raise ValueError(f"Expected {name} to be floating point or complex, but got: {one.dtype}")
    if tensor.shape != tangent.shape:
        raise RuntimeError("Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
                           f"supported. Tensor is of size {list(tensor.shape)} while the given forward gradient is of size "
                           f"{list(tangent.shape)}.")
    here.is_recorded = here.is_recorded or tensor.requires_grad or tangent.requires_grad
    with enable_grad():
        dual = (tensor if tensor.requires_grad else tensor.detach().requires_grad_()).clone()
    here.duals.append(dual)
    here.tangents.append(tangent)
    return dual


def unpack_dual(tensor, *, level=None):
    """(primal, tangent); the tangent is None where the tensor does not depend on a dual one."""
    here = _here.current
    if here is None or not tensor.requires_grad or not here.duals:
        return UnpackedDualTensor(tensor, None)
    for dual, tangent in zip(here.duals, here.tangents):
        if dual is tensor:
            return UnpackedDualTensor(tensor if here.is_recorded else tensor.detach(), tangent)
    with enable_grad():
        start = wick.zeros_like(tensor).requires_grad_()
        found = wick.autograd.grad(tensor, here.duals, start, create_graph=True, allow_unused=True)
        pairs = [(one, tangent) for one, tangent in zip(found, here.tangents) if one is not None]
        if not pairs:
            return UnpackedDualTensor(tensor, None)
        pairs = [(one, tangent) for one, tangent in pairs if one.requires_grad]
        derivative = None
        if pairs:
            linear, directions = zip(*pairs)
            derivative, = wick.autograd.grad(linear, start, directions, create_graph=here.is_recorded, retain_graph=True,
                                             allow_unused=True)
        derivative = wick.zeros_like(tensor) if derivative is None else derivative
    return UnpackedDualTensor(tensor if here.is_recorded else tensor.detach(), derivative)
