"""torch.ops: operators by namespace and name (ops.aten.add), those that programs define (wick.library) too."""
import os

from . import _library

_namespaces = {}


class _Operator:
    """An operator and its overloads by name, of which a call's arguments choose one."""

    def __init__(self, name, function, namespace):
        self.__name__, self._path = name, f"{namespace}::{name}"
        self._function = function

    def __call__(self, *args, **kwargs):
        return self._function(*args, **kwargs)

    def __getattr__(self, overload):
        if overload.startswith("__"):
            raise AttributeError(overload)
        found = getattr(self._function, overload, None)
        if found is None:
            found = _Overload(self, overload)
        setattr(self, overload, found)
        return found

    def __repr__(self):
        return self._path.replace("::", ".")


class _Overload:
    """One of them; a call's arguments choose all the same."""

    def __init__(self, packet, overload):
        self.overloadpacket = self._overloadpacket = packet
        self._overloadname = overload
        self.__name__ = f"{packet.__name__}.{overload}"

    namespace = property(lambda self: self.overloadpacket._path.partition("::")[0])

    def name(self):
        suffix = "" if self._overloadname == "default" else f".{self._overloadname}"
        return self.overloadpacket._path + suffix

    def __call__(self, *args, **kwargs):
        return self.overloadpacket._function(*args, **kwargs)

    def __repr__(self):
        return f"{self.overloadpacket}.{self._overloadname}"


def _absent(name):
    def function(*args, **kwargs):
        raise NotImplementedError(f"wick has no {name}")

    return function


class _Namespace:
    def __init__(self, name):
        self._name = name
        self._is_loaded = False  # what programs may name: operators that wick does not have say so when they are called

    def __getattr__(self, name):
        found = None if name.startswith("__") else _library.operator(name if self._name == "aten" else f"{self._name}::{name}")
        if found is None and self._is_loaded and not name.startswith("__"):
            found = _absent(f"{self._name}::{name}")
        if found is None:
            raise AttributeError(f"'_OpNamespace' '{self._name}' object has no attribute '{name}'")
        setattr(self, name, _Operator(name, found, self._name))
        return vars(self)[name]


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _namespaces.setdefault(name, _Namespace(name))


def find(namespace, name):
    """The function of an operator that programs have defined, or None."""
    found = vars(__getattr__(namespace)).get(name)
    return found and found._function


def add(namespace, name, function):
    setattr(__getattr__(namespace), name, _Operator(name, function, namespace))


def overload(path, name):
    """The overload of an operator of that name ("aten::add", "Tensor")."""
    namespace, _, operator = path.partition("::")
    return getattr(getattr(__getattr__(namespace), operator), name or "default")


def _to_copy(self, *, dtype=None, layout=None, device=None, pin_memory=None, non_blocking=False, memory_format=None):
    return self.to(dtype=self.dtype if dtype is None else dtype, copy=True, **({} if memory_format is None else {"memory_format": memory_format}))


def _pin_memory(self, device=None):
    return self.clone()


# Steps of PyTorch's operators, which classes of tensors take over by their names.
for _step in (_to_copy, _pin_memory):
    add("aten", _step.__name__, _step)
add("aten", "_sparse_mm_reduce_impl", _absent("aten::_sparse_mm_reduce_impl"))


def load_library(path):
    """torchvision's operators are among wick's; others would need PyTorch's C++."""
    if os.path.basename(os.path.dirname(path)) != "torchvision":
        raise OSError(f"{path}: wick loads no libraries of operators for PyTorch")
    __getattr__("torchvision")._is_loaded = True
    add("torchvision", "_cuda_version", lambda: -1)
