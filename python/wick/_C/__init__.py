"""Names that the texts of torch.nn use from torch._C."""
from .._library import operators

__getattr__ = operators(__name__)

import wick._C._nn
