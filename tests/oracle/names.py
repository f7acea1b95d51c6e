"""The public names of PyTorch 2.13's modules that wick lacks: python tests/oracle/names.py [MODULE …]

A name is public where the module's __all__ says so; in torch itself and in torch.Tensor where it can be called, or is a dtype, has no
leading underscore and is no class of PyTorch's compiler. Exits with 1 where docs/missing_names.txt says something else; --write makes it say so.
"""
import importlib
import inspect
import pathlib
import sys

import torch
import wick

MODULES = ("torch", "torch.Tensor", "torch.nn", "torch.nn.functional", "torch.nn.init", "torch.nn.utils", "torch.nn.utils.rnn", "torch.optim",
           "torch.optim.lr_scheduler", "torch.linalg", "torch.fft", "torch.special", "torch.autograd", "torch.autograd.functional",
           "torch.autograd.graph", "torch.func", "torch.utils.data", "torch.distributions", "torch.sparse", "torch.random", "torch.jit",
           "torch.amp", "torch.testing")
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "missing_names.txt"


def names_of(module):
    listed = getattr(module, "__all__", None)
    if listed is not None and module is not torch:
        return sorted(set(listed))
    return sorted(name for name in dir(module) if not name.startswith("_") and is_own(getattr(module, name, None)))


def is_own(value):
    if inspect.isclass(value):
        return value.__module__.startswith("torch") and not hasattr(torch._C, value.__name__)
    return callable(value) or isinstance(value, (torch.dtype, property)) or inspect.isgetsetdescriptor(value)


def counterpart(path):
    """wick's module, or class, of that path; None where there is none."""
    found = wick
    for name in path.split(".")[1:]:
        if not hasattr(found, name):
            try:
                importlib.import_module(f"{found.__name__}.{name}")
            except ImportError:
                return None
        found = getattr(found, name)
    return found


def missing(path):
    theirs = torch
    for name in path.split(".")[1:]:
        theirs = getattr(theirs, name)
    ours = counterpart(path)
    return [name for name in names_of(theirs) if ours is None or not hasattr(ours, name)]


def page(paths):
    return "".join(f"{path}: {' '.join(names) or '-'}\n" for path in paths for names in [missing(path)])


def main():
    chosen = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    text = page(chosen or MODULES)
    if "--write" in sys.argv:
        PAGE.write_text(text)
    elif chosen:
        print(text, end="")
    elif PAGE.read_text() != text:
        print(f"{PAGE} is not what is missing:\n{text}", end="")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
