"""The layers of torch.nn: those that programs have (docs/nn.md), made in Python, called eagerly or scripted.

Their classes are the texts that wick itself compiles (wick/_library.py).
"""
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

functional.gaussian_nll_loss = losses.gaussian_nll_loss
functional.linear_cross_entropy, functional.grouped_mm = losses.linear_cross_entropy, losses.grouped_mm
functional.triplet_margin_with_distance_loss = losses.triplet_margin_with_distance_loss

__all__ = ["AdaptiveLogSoftmaxWithLoss", "Buffer", "CrossMapLRN2d", "DataParallel", "GaussianNLLLoss", "LinearCrossEntropyLoss", "LinearCrossEntropyOptions", "Parameter", "SyncBatchNorm", "TripletMarginWithDistanceLoss", "UninitializedBuffer",
           "UninitializedParameter", "functional", "init", "modules", "parameter", "utils", *modules.__all__]
