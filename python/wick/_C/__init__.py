"""Names that programs and the texts of torch.nn use from torch._C."""
from .._library import operators
from .._wick import Generator, Graph, device, dtype  # noqa: F401


class Value:
    """A value of a graph, in annotations: a graph shows itself whole."""


__getattr__ = operators(__name__)

import wick._C._nn
