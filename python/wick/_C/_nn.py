"""Operators by the names under which torch._C._nn has them."""
from .._library import operators

__getattr__ = operators(__name__)
