"""The operators of torch.fft."""
from ._library import operators

__getattr__ = operators(__name__, "fft_")
