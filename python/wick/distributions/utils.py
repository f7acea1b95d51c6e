"""What distributions and transforms compute with."""
import math
import numbers

import wick
from wick.nn import functional as F

euler_constant = 0.57721566490153286060


def broadcast_all(*values):
    """Tensors of one shape: numbers take the dtype of the first tensor, or the default one."""
    if not all(isinstance(value, (wick.Tensor, numbers.Number)) for value in values):
        raise ValueError("Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__.")
    like = next((value for value in values if isinstance(value, wick.Tensor)), None)
    dtype = wick.get_default_dtype() if like is None else like.dtype
    return wick.broadcast_tensors(*(value if isinstance(value, wick.Tensor) else wick.tensor(value, dtype=dtype) for value in values))


def _standard_normal(shape, dtype, device=None):
    return wick.empty(shape, dtype=dtype).normal_()


def _sum_rightmost(value, dim):
    """The sum over the last `dim` dimensions."""
    return value.reshape((*value.shape[:-dim], -1)).sum(-1) if dim else value


def logits_to_probs(logits, is_binary=False):
    """Of log odds if `is_binary`, else of the logarithms of unnormalised probabilities along the last dimension."""
    return wick.sigmoid(logits) if is_binary else F.softmax(logits, dim=-1)


def clamp_probs(probs):
    """Away from 0 and 1 by the dtype's eps."""
    eps = wick.finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs, is_binary=False):
    """The inverse of logits_to_probs, finite at 0 and 1."""
    probs = clamp_probs(probs)
    return probs.log() - (-probs).log1p() if is_binary else probs.log()


class lazy_property:
    """A property that is computed, with its history, when it is first asked for, and then an attribute of the object."""

    def __init__(self, wrapped):
        self.wrapped = wrapped
        self.__doc__ = wrapped.__doc__

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        with wick.enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.name, value)
        return value


def _below(size, diag):
    """Which places of a square matrix are on or below a diagonal."""
    return wick.ones(size, size, dtype=wick.bool).tril(diag)


def tril_matrix_to_vec(mat, diag=0):
    """The elements (…, D, D) on and below a diagonal, row by row, as (…, count)."""
    size = mat.shape[-1]
    if not -size <= diag < size:
        raise ValueError(f"diag ({diag}) provided is outside [{-size}, {size - 1}].")
    return mat[..., _below(size, diag)]


def vec_to_tril_matrix(vec, diag=0):
    """The inverse of tril_matrix_to_vec: zeros elsewhere."""
    count = vec.shape[-1]
    size = (math.sqrt((1 + 2 * diag) ** 2 + 8 * count + 4 * abs(diag) * (diag + 1)) - (1 + 2 * diag)) / 2
    if abs(round(size) - size) > wick.finfo(vec.dtype).eps:
        raise ValueError(f"The size of last dimension is {count} which cannot be expressed as the lower triangular part of a square "
                         "D x D matrix.")
    matrix = vec.new_zeros((*vec.shape[:-1], round(size), round(size)))
    matrix[..., _below(round(size), diag)] = vec
    return matrix
