"""Switches of torch.backends that the texts of torch.nn ask for."""
from . import mha
