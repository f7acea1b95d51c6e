"""Batch normalisations in inference as part of the layer before them: torch.nn.utils.fusion."""
import copy

import wick

from ..parameter import Parameter


def fuse_conv_bn_eval(conv, bn, transpose=False):
    """A copy of the convolution that does what both do one after the other."""
    fused = _copy_to_fuse(conv, bn)
    fused.weight, fused.bias = fuse_conv_bn_weights(fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight,
                                                    bn.bias, transpose)
    return fused


def fuse_conv_bn_weights(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, transpose=False):
    """(weight, bias) of the fused convolution, in the dtypes of its own; `transpose` for a transposed one."""
    channels = (1, -1) if transpose else (-1, 1)
    return _fused(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, (*channels, *[1] * (conv_w.dim() - 2)))


def fuse_linear_bn_eval(linear, bn):
    """A copy of the linear layer that does what both do one after the other, for a batch of rows."""
    fused = _copy_to_fuse(linear, bn)
    if bn.num_features not in (linear.out_features, 1):
        raise AssertionError("To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got linear.out_features="
                             f"{linear.out_features} and bn.num_features={bn.num_features}")
    fused.weight, fused.bias = fuse_linear_bn_weights(fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight,
                                                      bn.bias)
    return fused


def fuse_linear_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b):
    """(weight, bias) of the fused layer, in the dtypes of its own."""
    return _fused(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, (-1, 1))


def _copy_to_fuse(layer, bn):
    if layer.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("bn.running_mean and bn.running_var must not be None")
    return copy.deepcopy(layer)


def _fused(weight, bias, mean, variance, eps, scale, shift, shape):
    # What is absent changes nothing, and trains like what is there.
    bias = wick.zeros_like(mean, dtype=weight.dtype) if bias is None else bias
    scale = wick.ones_like(mean) if scale is None else scale
    shift = wick.zeros_like(mean) if shift is None else shift
    factor = scale * wick.rsqrt(variance + eps)
    fused_weight = (weight * factor.reshape(shape)).to(weight.dtype)
    fused_bias = ((bias - mean) * factor + shift).to(bias.dtype)
    return Parameter(fused_weight, weight.requires_grad), Parameter(fused_bias, bias.requires_grad)
