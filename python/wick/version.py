"""torch.version: which wick this is, and which devices it has."""
from ._wick import __version__

cuda = hip = xpu = None
debug = False
