"""torch.library: operators that programs define in Python, called as wick.ops.<namespace>.<name>."""
import inspect

import wick

from . import ops
from .autograd import Function

__all__ = ["CustomOpDef", "Library", "custom_op", "define", "impl", "register_autograd", "register_fake", "register_kernel"]


class CustomOpDef:
    """An operator: a function, and the backward that is given to it."""

    def __init__(self, namespace, name, function):
        self._qualname = f"{namespace}::{name}"
        self._kernel = function
        self._function = _function_of(self, _refuse, None)
        self.__name__ = name

    def __call__(self, *args, **kwargs):
        if kwargs:
            args = inspect.signature(self._kernel).bind(*args, **kwargs).args
        if wick.is_grad_enabled() and any(isinstance(arg, wick.Tensor) and arg.requires_grad for arg in args):
            return self._function.apply(*args)
        with wick.no_grad():
            return self._kernel(*args)

    def register_kernel(self, device_types, func=None, /):
        """The function for kinds of devices, or for a dispatch key; wick's one is the CPU."""
        kinds = [device_types] if device_types is None or isinstance(device_types, str) else device_types

        def register(function):
            if any(kind is None or kind.lower() in _CPU for kind in kinds):
                self._kernel = function
            return function

        return register if func is None else register(func)

    def register_fake(self, fn, /):
        """Kept for programs that say it: no operator is called for its shapes alone."""
        return fn

    register_vmap = register_fake

    def register_autograd(self, backward, /, *, setup_context=None):
        """backward(ctx, *grads) gives the gradients of the arguments; setup_context(ctx, inputs, output) saves what it needs."""
        self._function = _function_of(self, backward, setup_context)

    def __repr__(self):
        return f"<CustomOpDef({self._qualname})>"


# What stands for the CPU.
_CPU = {"", "cpu", "default", "compositeexplicitautograd", "compositeimplicitautograd"}


def _refuse(ctx, *grads):
    raise RuntimeError(f"Trying to backward through {ctx.operator}.default but no autograd formula was registered. Please use register_autograd to add one.")


def _function_of(operator, its_backward, its_setup):
    class Recorded(Function):
        @staticmethod
        def forward(*args):
            return operator._kernel(*args)

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.operator = operator._qualname.replace("::", ".")
            if its_setup is not None:
                its_setup(ctx, inputs, output)

        backward = staticmethod(its_backward)

    return Recorded


def _split(name):
    namespace, separator, plain = name.partition("::")
    if not separator:
        raise ValueError(f"Expected `{name}` to be of the form <namespace>::<name>")
    return namespace, plain.partition(".")[0]


def _find(operator):
    """The operator if it is one of Python's: wick's own have all that they need."""
    if isinstance(operator, str):
        operator = ops.find(*_split(operator))
    return operator if isinstance(operator, CustomOpDef) else None


def _make(name, function):
    namespace, plain = _split(name)
    made = CustomOpDef(namespace, plain, function)
    ops.add(namespace, plain, made)
    return made


def custom_op(name, fn=None, /, *, mutates_args=(), device_types=None, schema=None, tags=None):
    """Makes an operator `namespace::name` of a function; also as a decorator."""
    return _make(name, fn) if fn is not None else lambda function: _make(name, function)


def _nothing(name):
    def function(*args, **kwargs):
        raise wick.NotImplementedError(f"Could not run '{name}' with arguments from the 'CPU' backend.")

    return function


def define(qualname, schema, *, lib=None, tags=()):
    """An operator that `impl` gives a function."""
    _make(qualname, _nothing(qualname))


def register_kernel(op, device_types, func=None, /, *, lib=None):
    found = _find(op)
    if found is None:
        return func if func is not None else lambda function: function
    return found.register_kernel(device_types, func)


impl = register_kernel


def register_fake(op, func=None, /, *, lib=None, allow_override=False):
    """Kept for programs that say it: no operator is called for its shapes alone."""
    return func if func is not None else lambda function: function


impl_abstract = register_vmap = register_fake


def register_autograd(op, backward, /, *, setup_context=None, lib=None):
    found = _find(op)
    if found is not None:
        found.register_autograd(backward, setup_context=setup_context)


class Library:
    """The operators of a namespace, by schemas and functions."""

    def __init__(self, ns, kind, dispatch_key=""):
        self.ns = ns

    def define(self, schema, alias_analysis="", *, tags=()):
        name = schema.partition("(")[0]
        define(f"{self.ns}::{name}", schema)
        return name

    def impl(self, op_name, fn, dispatch_key="CPU", *, with_keyset=False):
        name = op_name if isinstance(op_name, str) else op_name.__name__
        impl(name if "::" in name else f"{self.ns}::{name}", dispatch_key, fn)
