"""The layers of torch.nn: those that programs have (docs/nn.md), made in Python, called eagerly or scripted.

Their classes are the texts that wick itself compiles (wick/_library.py).
"""
from .parameter import Parameter
from .modules.module import Module
from . import functional, init, modules, parameter

modules.gather(globals())

from . import utils

__all__ = ["Parameter", "functional", "init", "modules", "parameter", "utils", *modules.__all__]
