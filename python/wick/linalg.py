"""The operators of torch.linalg."""
from ._library import operators
from ._wick import LinAlgError

__getattr__ = operators(__name__, "linalg_")
