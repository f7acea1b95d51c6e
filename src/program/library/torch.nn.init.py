# torch.nn.init: first values of parameters. The draws, and their order, are those of PyTorch, so that a seed gives its weights.
import math
import warnings
from typing import Optional

import torch
from torch import Tensor

# `detach` shares the values: what follows changes them unseen by differentiation.


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator=None) -> Tensor:
    tensor.detach().uniform_(a, b, generator=generator)
    return tensor


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator=None) -> Tensor:
    tensor.detach().normal_(mean, std, generator=generator)
    return tensor


# By rejection. Where the interval has much of the distribution the draws are normal ones, again for those outside; elsewhere they
# are uniform ones, kept with the share that the density there has of its peak.
def trunc_normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0,
                  generator=None) -> Tensor:
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn("mean is more than 2 std from [a, b] in nn.init.trunc_normal_. "
                      "The distribution of values may be incorrect.")
    values = tensor.detach()
    if values.is_meta:
        return tensor
    pending = torch.ones_like(values, dtype=torch.bool)
    if _normal_cdf((b - mean) / std) - _normal_cdf((a - mean) / std) > 0.3:
        while pending.any():
            draws = torch.empty_like(values).normal_(mean, std, generator=generator)
            values.copy_(torch.where(pending, draws, values))
            pending = (values < a) | (values > b)
    else:
        log_peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
        while pending.any():
            draws = torch.empty_like(values).uniform_(a, b, generator=generator)
            values.copy_(torch.where(pending, draws, values))
            log_share = draws.sub(mean).div(std).pow(2).mul(-0.5).sub(log_peak)
            pending = pending & (torch.empty_like(values).uniform_(generator=generator).log() > log_share)
    return tensor


def _normal_cdf(x: float) -> float:
    return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0


def constant_(tensor: Tensor, val: float) -> Tensor:
    tensor.detach().fill_(val)
    return tensor


def ones_(tensor: Tensor) -> Tensor:
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    if tensor.dim() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    tensor.detach().copy_(torch.eye(tensor.size(0), tensor.size(1)))
    return tensor


# A kernel whose convolution gives back its first channels, in each group.
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    if tensor.dim() not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    if tensor.size(0) % groups != 0:
        raise ValueError("dim 0 must be divisible by groups")
    values = tensor.detach().zero_()
    middle = values.flatten(2)[:, :, _middle(values)]
    per_group = values.size(0) // groups
    for group in range(groups):
        for channel in range(min(per_group, values.size(1))):
            middle[group * per_group + channel, channel] = 1
    return tensor


def _middle(kernel: Tensor) -> int:
    index = 0
    for dim in range(2, kernel.dim()):
        index = index * kernel.size(dim) + kernel.size(dim) // 2
    return index


# The number of inputs of an output element and of outputs of an input element.
def _calculate_fan_in_and_fan_out(tensor: Tensor):
    if tensor.dim() < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = 1
    for dim in range(2, tensor.dim()):
        field *= tensor.size(dim)
    return tensor.size(1) * field, tensor.size(0) * field


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    mode = mode.lower()
    if mode not in ["fan_in", "fan_out"]:
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return fan_in if mode == "fan_in" else fan_out


def calculate_gain(nonlinearity: str, param: Optional[float] = None) -> float:
    if nonlinearity in ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
                        "sigmoid"):
        return 1.0
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        negative_slope = 0.01 if param is None else param
        return math.sqrt(2.0 / (1 + negative_slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


# Glorot and Bengio (2010): the variance is 2 / (fan_in + fan_out).
def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator=None) -> Tensor:
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    bound = math.sqrt(3.0) * (gain * math.sqrt(2.0 / float(fan_in + fan_out)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator=None) -> Tensor:
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / float(fan_in + fan_out)), generator)


# He and others (2015): the variance is gain^2 / fan.
def kaiming_uniform_(tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu",
                     generator=None) -> Tensor:
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op")
        return tensor
    fan = _calculate_correct_fan(tensor, mode)
    bound = math.sqrt(3.0) * (calculate_gain(nonlinearity, a) / math.sqrt(fan))
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu",
                    generator=None) -> Tensor:
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op")
        return tensor
    fan = _calculate_correct_fan(tensor, mode)
    return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(fan), generator)


# The orthogonal factor of a random matrix, with the signs that make it unique.
def orthogonal_(tensor: Tensor, gain: float = 1, generator=None) -> Tensor:
    if tensor.dim() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows = tensor.size(0)
    cols = tensor.numel() // rows
    flattened = torch.empty(rows, cols, dtype=tensor.dtype, device=tensor.device).normal_(0.0, 1.0, generator=generator)
    if rows < cols:
        flattened = flattened.t()
    q, r = torch.linalg.qr(flattened)
    q = q * torch.diag(r, 0).sign()
    if rows < cols:
        q = q.t()
    tensor.detach().copy_(q.reshape(tensor.size())).mul_(gain)
    return tensor


# Normal draws, and in each column a share of zeros at random places.
def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator=None) -> Tensor:
    if tensor.dim() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, cols = tensor.shape
    zeros = int(math.ceil(sparsity * rows))
    values = tensor.detach().normal_(0.0, std, generator=generator)
    for column in range(cols):
        values[torch.randperm(rows)[:zeros], column] = 0
    return tensor
