"""torch.return_types: the classes of what operators of several results give, by the operator's name."""
import re

from . import _library
from ._values import results_class

_RESULTS = re.compile(r"-> \((Tensor \w+(?:, Tensor \w+)+)\)")


def __getattr__(name):
    operator = None if name.startswith("__") else _library.operator(name)
    found = _RESULTS.search(operator.__doc__ or "") if operator else None
    if not found:
        raise AttributeError(f"module 'torch.return_types' has no attribute '{name}'")
    return results_class(name, tuple(part.split()[1] for part in found[1].split(", ")))
