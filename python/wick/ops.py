"""torch.ops: operators by namespace and name (ops.aten.add), those that programs define (wick.library) too."""
from . import _library

_namespaces = {}


class _Operator:
    """An operator and its overloads by name, of which a call's arguments choose one."""

    def __init__(self, name, function):
        self.__name__ = name
        self._function = function

    def __call__(self, *args, **kwargs):
        return self._function(*args, **kwargs)

    def __getattr__(self, overload):
        if overload.startswith("__"):
            raise AttributeError(overload)
        return getattr(self._function, overload, self)


class _Namespace:
    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        found = None if name.startswith("__") else _library.operator(name if self._name == "aten" else f"{self._name}::{name}")
        if found is None:
            raise AttributeError(f"'_OpNamespace' '{self._name}' object has no attribute '{name}'")
        setattr(self, name, _Operator(name, found))
        return vars(self)[name]


def add(namespace, name, function):
    setattr(__getattr__(namespace), name, _Operator(name, function))


def load_library(path):
    raise OSError(f"{path}: wick loads no libraries of operators for PyTorch")


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _namespaces.setdefault(name, _Namespace(name))
