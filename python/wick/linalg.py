"""The operators of torch.linalg."""
import importlib

from ._library import operators
from ._wick import LinAlgError

_operator = operators(__name__, "linalg_")


def __getattr__(name):
    if name in ("ldl_factor", "ldl_factor_ex", "ldl_solve"):
        return getattr(importlib.import_module("wick._factors"), name)
    return _operator(name)
