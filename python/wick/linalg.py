"""The operators of torch.linalg."""
from ._library import operators

__getattr__ = operators(__name__, "linalg_")
