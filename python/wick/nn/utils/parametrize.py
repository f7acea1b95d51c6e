"""Parameters and buffers that are computed from others: torch.nn.utils.parametrize.

A parametrized module is of a class of its own, in which the tensor's name is a property: reading it calls the parametrizations, one
after the other, on what they keep as `original` (`original0`, `original1`, … where the first makes several of one tensor).
"""
import contextlib
import copy

import wick

from ..modules.container import ModuleDict, ModuleList
from ..modules.module import Module
from ..parameter import Parameter

# Values that are computed once while somebody is in cached(): (id of the module, name) -> value.
_cache = {}
_caching = 0


@contextlib.contextmanager
def cached():
    """Parametrized tensors are computed once until the end of the `with`, when they are first read."""
    global _caching
    _caching += 1
    try:
        yield
    finally:
        _caching -= 1
        if not _caching:
            _cache.clear()


class ParametrizationList(ModuleList):
    """What is applied to one tensor, and the tensors that it is computed from."""

    def __init__(self, modules, original, unsafe=False):
        if len(modules) == 0:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        with wick.no_grad():
            value = original
            for module in reversed(list(self.children())):
                if hasattr(module, "right_inverse"):
                    with contextlib.suppress(NotImplementedError):  # then the values start anew
                        value = module.right_inverse(value)
        self.is_tensor = isinstance(value, wick.Tensor)
        if self.is_tensor:
            self._take("original", original, value)
        else:
            self.ntensors = len(value)
            for number, part in enumerate(value):
                self._take(f"original{number}", original, part)
        if not unsafe:
            _check_unchanged(original, self())

    def _take(self, name, original, value):
        """Keeps a value as what the original was: a parameter, of which there is still one object, or a buffer."""
        if not isinstance(original, Parameter):
            self.register_buffer(name, value)
        elif name == "original" and value.dtype == original.dtype:
            original.data = value.detach()
            self.register_parameter(name, original)
        else:
            self.register_parameter(name, Parameter(value.detach(), original.requires_grad and value.is_floating_point()))

    def originals(self):
        return [self.original] if self.is_tensor else [getattr(self, f"original{n}") for n in range(self.ntensors)]

    def forward(self):
        first, *others = self.children()
        value = first(*self.originals())
        for module in others:
            value = module(value)
        return value

    def right_inverse(self, value):
        """Makes the originals those of which `value` is computed."""
        with wick.no_grad():
            for module in reversed(list(self.children())):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(f"parametrization {type(module).__name__} does not implement right_inverse.")
                value = module.right_inverse(value)
            for original, part in zip(self.originals(), [value] if self.is_tensor else value):
                original.data = part.detach()


def register_parametrization(module, tensor_name, parametrization, *, unsafe=False):
    """Makes parameter or buffer `tensor_name` of the module what parametrization(original) gives. Where the parametrization has a
    `right_inverse`, the tensor's value stays, and can be assigned. Unless `unsafe`, shape and dtype must stay."""
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        known = module.parametrizations[tensor_name]
        before = known().detach()
        if hasattr(parametrization, "right_inverse"):
            with wick.no_grad():
                value = parametrization.right_inverse(before)
            if not unsafe:
                _check_unchanged(before, value)
            known.right_inverse(value)
        if not unsafe:
            _check_unchanged(before, parametrization(known()))
        known.append(parametrization)
        known.unsafe = known.unsafe or unsafe
        return module
    stores = [store for store in (module._parameters, module._buffers) if store.get(tensor_name) is not None]
    if not stores:
        raise ValueError(f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name "
                         f"'{tensor_name}'")
    made = ParametrizationList([parametrization], stores[0][tensor_name], unsafe)
    del stores[0][tensor_name]
    if not is_parametrized(module):
        _change_class(module)
        module.parametrizations = ModuleDict()
    module.parametrizations[tensor_name] = made
    setattr(type(module), tensor_name, _property(tensor_name))
    return module


def is_parametrized(module, tensor_name=None):
    """Whether the module, or the tensor of that name in it, is parametrized."""
    known = module._modules.get("parametrizations")
    if not isinstance(known, ModuleDict):
        return False
    return len(known) > 0 if tensor_name is None else tensor_name in known


def remove_parametrizations(module, tensor_name, leave_parametrized=True):
    """Makes the tensor an ordinary one again: with its present value, or with that of the original."""
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    known = module.parametrizations[tensor_name]
    originals = known.originals()
    tensor = originals[0]
    if leave_parametrized:
        with wick.no_grad():
            value = known().detach()
        if known.is_tensor and value.dtype == tensor.dtype:
            tensor.data = value.clone()
        else:
            is_parameter = isinstance(tensor, Parameter)
            tensor = Parameter(value.clone(), any(o.requires_grad for o in originals)) if is_parameter else value.clone()
    elif not known.is_tensor:
        raise ValueError("Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a "
                         "sequence of tensors.")
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    if isinstance(tensor, Parameter):
        module.register_parameter(tensor_name, tensor)
    else:
        module.register_buffer(tensor_name, tensor)
    if not is_parametrized(module):
        del module.parametrizations
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module):
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(from_module, to_module, tensor_name=None):
    """Copies the parametrizations, of one tensor or of all, and the tensors that they are computed from."""
    if is_parametrized(from_module):
        for name in [tensor_name] if tensor_name is not None else list(from_module.parametrizations.keys()):
            source = from_module.parametrizations[name]
            if not hasattr(to_module, name):
                value = getattr(from_module, name).detach().clone()
                if isinstance(source.originals()[0], Parameter):
                    to_module.register_parameter(name, Parameter(value))
                else:
                    to_module.register_buffer(name, value)
            for parametrization in source.children():
                register_parametrization(to_module, name, copy.deepcopy(parametrization), unsafe=True)
            for own, theirs in zip(to_module.parametrizations[name].originals(), source.originals()):
                own.data = theirs.detach().clone()
    return to_module


def _check_unchanged(original, value):
    for what, before, after in (("shape", original.shape, value.shape), ("dtype", original.dtype, value.dtype)):
        if before != after:
            raise ValueError(f"Registering a parametrization may not change the {what} of the tensor, unless the `unsafe` flag is "
                             f"enabled.\nmodule.{what}: {before}\nparametrized.{what}: {after}")


def _property(name):
    def read(self):
        if not _caching:
            return self.parametrizations[name]()
        key = (id(self), name)
        if key not in _cache:
            _cache[key] = self.parametrizations[name]()
        return _cache[key]

    def assign(self, value):
        self.parametrizations[name].right_inverse(value)

    return property(read, assign)


def _change_class(module):
    """Gives the module a class of its own, to have properties in."""
    cls = type(module)

    def refuse(self):
        raise RuntimeError("Serialization of parametrized modules is only supported through state_dict().")

    def copied(self, memo):
        made = memo[id(self)] = type(self).__new__(type(self))
        _change_class_like(made, self)
        made.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return made

    module.__class__ = type(f"Parametrized{cls.__name__}", (cls,), {"__getstate__": refuse, "__deepcopy__": copied})


def _change_class_like(made, module):
    """A copy has its own class too: what is removed from it stays in the other."""
    cls = type(module)
    made.__class__ = type(cls.__name__, cls.__bases__, dict(vars(cls)))
