"""Operators by the names under which torch._VF has them."""
from ._library import operators

__getattr__ = operators(__name__)
