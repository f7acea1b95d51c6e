"""The operators of torch.special."""
from ._library import operators

__getattr__ = operators(__name__, "special_")
