"""The texts of torch.nn as modules: wick.nn.modules.linear is library/torch.nn.modules.linear.py.

They are the programs that wick compiles when a script uses a layer, and ordinary Python as well. Where they say
`import torch` they mean wick. A file of this package goes before the text of its name.
"""
import builtins
import functools
import importlib.machinery
import os
import sys

from . import _wick

_FOLDER = os.path.join(os.path.dirname(__file__), "library")
# Modules in which every operator is at home.
_WITH_OPERATORS = {"wick.functional", "wick.nn.functional"}


def _import(name, globals=None, locals=None, fromlist=(), level=0):
    if level == 0 and (name == "torch" or name.startswith("torch.")):
        name = "wick" + name[len("torch"):]
    return builtins.__import__(name, globals, locals, fromlist, level)


# How many texts are being executed. A text may name an operator that wick does not have; who calls it is told.
_executing = 0


def operator(name):
    """The operator of that name, or None."""
    return _wick._operator(name) if _executing or _wick._has_operator(name) else None


class _Loader(importlib.machinery.SourceFileLoader):
    def exec_module(self, module):
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": _import}
        if module.__name__ in _WITH_OPERATORS:
            module.__dict__["__getattr__"] = operators(module.__name__)
        global _executing
        _executing += 1
        try:
            super().exec_module(module)
        finally:
            _executing -= 1
        from ._jit_internal import broadcasting  # not before a text is executed: import wick is fast

        for name, value in list(vars(module).items()):
            if getattr(value, "__module__", None) == module.__name__:
                setattr(module, name, broadcasting(value))
        if _wick._may_override() and module.__name__ in _WITH_OPERATORS:
            from .overrides import arm_text

            arm_text(module)


class _Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if not name.startswith("wick."):
            return None
        file = os.path.join(_FOLDER, f"torch.{name[len('wick.'):]}.py")
        if not os.path.exists(file):
            return None
        spec = importlib.machinery.ModuleSpec(name, _Loader(name, file), origin=file)
        spec.has_location = True
        return spec


@functools.lru_cache
def _text(module):
    with open(os.path.join(_FOLDER, f"torch.{module}.py"), encoding="utf-8") as file:
        return file.read()


def defines(module, name):
    """Whether the text of a module ("nn.functional") defines a function or other global of that name."""
    return f"\ndef {name}(" in _text(module) or f"\n{name} = " in _text(module)


def operators(module, prefix=""):
    """The __getattr__ of a module whose names are operators: `prefix` stands before them in the registry."""

    def __getattr__(name):
        found = None if name.startswith("__") else operator(prefix + name)
        if found is not None:
            setattr(sys.modules[module], name, found)
            return found
        raise AttributeError(f"module '{module}' has no attribute '{name}'")

    return __getattr__


sys.meta_path.append(_Finder)
