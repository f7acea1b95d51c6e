"""import wick.as_torch: from here on `import torch` gives wick, in libraries that programs import, too.

For whoever asks, PyTorch's version is that whose names, texts and numbers wick has; only modules that wick has can be imported.
`python -m wick FILE [arguments]` runs a program this way.
"""
import importlib
import importlib.machinery
import importlib.metadata
import importlib.util
import sys

import wick

from . import version
from .torch_version import TorchVersion

TORCH_VERSION = "2.13.0"


class _Loader:
    def __init__(self, module):
        self._module = module

    def create_module(self, spec):
        self._spec = self._module.__spec__
        return self._module

    def exec_module(self, module):
        module.__spec__ = self._spec  # a module keeps its own name


class _Distribution(importlib.metadata.Distribution):
    def read_text(self, filename):
        return f"Metadata-Version: 2.1\nName: torch\nVersion: {TORCH_VERSION}\n" if filename == "METADATA" else None

    def locate_file(self, path):
        return path


class _Finder(importlib.metadata.DistributionFinder):
    """Finds wick.X under the name torch.X, and wick where packages are listed by their names."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "torch" and not name.startswith("torch."):
            return None
        own = "wick" + name.removeprefix("torch")
        if own not in sys.modules and importlib.util.find_spec(own) is None:
            return None
        module = importlib.import_module(own)
        return importlib.machinery.ModuleSpec(name, _Loader(module), is_package=hasattr(module, "__path__"))

    @staticmethod
    def find_distributions(context=importlib.metadata.DistributionFinder.Context()):
        return [_Distribution()] if context.name in (None, "torch") else []


if sys.modules.get("torch", wick) is not wick:
    raise ImportError("PyTorch has been imported already: import wick.as_torch before it")
sys.modules["torch"] = wick.torch = wick
wick.__name__ = "torch"
sys.meta_path.insert(0, _Finder)
wick.__version__ = version.__version__ = TorchVersion(TORCH_VERSION)
