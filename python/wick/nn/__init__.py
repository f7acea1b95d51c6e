"""The layers of torch.nn: those that programs have (docs/nn.md), made in Python, called eagerly or scripted.

Their classes are the texts that wick itself compiles (wick/_library.py).
"""
from .. import overrides
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter
from .modules.module import Module
from . import functional, init, modules, parameter

modules.gather(globals())

from . import attention, losses, older_init, parallel, utils
from .cross_map import CrossMapLRN2d
from .losses import (AdaptiveLogSoftmaxWithLoss, GaussianNLLLoss, LinearCrossEntropyLoss, LinearCrossEntropyOptions,
                     TripletMarginWithDistanceLoss)

from .parallel import DataParallel
from .sync_batchnorm import SyncBatchNorm
modules.SyncBatchNorm = modules.batchnorm.SyncBatchNorm = SyncBatchNorm
modules.CrossMapLRN2d = modules.normalization.CrossMapLRN2d = CrossMapLRN2d

functional.handle_torch_function, functional.has_torch_function = overrides.handle_torch_function, overrides.has_torch_function
functional.has_torch_function_unary, functional.has_torch_function_variadic = overrides.has_torch_function_unary, overrides.has_torch_function_variadic
functional.gaussian_nll_loss = losses.gaussian_nll_loss
functional.linear_cross_entropy, functional.grouped_mm = losses.linear_cross_entropy, losses.grouped_mm
functional.triplet_margin_with_distance_loss = losses.triplet_margin_with_distance_loss

__all__ = ["AdaptiveLogSoftmaxWithLoss", "Buffer", "CrossMapLRN2d", "DataParallel", "GaussianNLLLoss", "LinearCrossEntropyLoss", "LinearCrossEntropyOptions", "Parameter", "SyncBatchNorm", "TripletMarginWithDistanceLoss", "UninitializedBuffer",
           "UninitializedParameter", "functional", "init", "modules", "parameter", "utils", *modules.__all__]


def factory_kwargs(kwargs):
    """The arguments of factories (device, dtype, memory_format) among those of a layer's constructor, and in its factory_kwargs."""
    if kwargs is None:
        return {}
    names = {"device", "dtype", "memory_format"}
    unexpected = kwargs.keys() - names - {"factory_kwargs"}
    if unexpected:
        raise TypeError(f"unexpected kwargs {unexpected}")
    made = dict(kwargs.get("factory_kwargs", {}))
    for name in names & kwargs.keys():
        if name in made:
            raise TypeError(f"{name} specified twice, in **kwargs and in factory_kwargs")
        made[name] = kwargs[name]
    return made
