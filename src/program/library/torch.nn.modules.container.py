from typing import Dict

from torch import Tensor
from torch.nn import Parameter
from torch.nn.modules.module import Module


class Sequential(Module):
    _is_full_backward_hook: None

    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], dict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for i, module in enumerate(args):
                self.add_module(str(i), module)

    def __len__(self):
        return len(self._modules)

    def __getitem__(self, idx):
        if not isinstance(idx, int):
            return self.__class__(dict(list(self._modules.items())[idx]))
        return list(self._modules.values())[idx]

    def __setitem__(self, idx, module):
        self._modules[list(self._modules.keys())[idx]] = module

    def __delitem__(self, idx):
        modules = list(self._modules.values())
        del modules[idx]
        self._modules.clear()
        self.extend(modules)

    def __add__(self, other):
        return Sequential(*(list(self) + list(other)))

    def __iadd__(self, other):
        return self.extend(other)

    def __mul__(self, times):
        return Sequential(*(list(self) * times))

    def __rmul__(self, times):
        return self * times

    def __imul__(self, times):
        return self.extend(list(self) * (times - 1))

    def append(self, module):
        self.add_module(str(len(self)), module)
        return self

    def extend(self, sequential):
        for module in sequential:
            self.append(module)
        return self

    def insert(self, index, module):
        modules = list(self._modules.values())
        modules.insert(index, module)
        self._modules.clear()
        return self.extend(modules)

    def pop(self, key):
        module = self[key]
        del self[key]
        return module

    def forward(self, input):
        for module in self:
            input = module(input)
        return input


class ModuleList(Module):
    _is_full_backward_hook: None

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __len__(self):
        return len(self._modules)

    def __getitem__(self, idx):
        if not isinstance(idx, int):
            return self.__class__(list(self._modules.values())[idx])
        return list(self._modules.values())[idx]

    def __setitem__(self, idx, module):
        self._modules[list(self._modules.keys())[idx]] = module

    def __delitem__(self, idx):
        modules = list(self._modules.values())
        del modules[idx]
        self._modules.clear()
        self.extend(modules)

    def __add__(self, other):
        return ModuleList(list(self) + list(other))

    def __iadd__(self, modules):
        return self.extend(modules)

    def append(self, module):
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules):
        for module in modules:
            self.append(module)
        return self

    def insert(self, index, module):
        modules = list(self._modules.values())
        modules.insert(index, module)
        self._modules.clear()
        self.extend(modules)

    def pop(self, key):
        module = self[key]
        del self[key]
        return module


class ModuleDict(Module):
    _is_full_backward_hook: None

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __len__(self):
        return len(self._modules)

    def __getitem__(self, key):
        return self._modules[key]

    def __iter__(self):
        return iter(self._modules)

    def __setitem__(self, key, module):
        self.add_module(key, module)

    def __delitem__(self, key):
        del self._modules[key]

    def __contains__(self, key):
        return key in self._modules

    def clear(self):
        self._modules.clear()

    def pop(self, key):
        module = self._modules[key]
        del self._modules[key]
        return module

    def keys(self):
        return self._modules.keys()

    def values(self):
        return self._modules.values()

    def items(self):
        return self._modules.items()

    def update(self, modules):
        for key, module in modules.items() if isinstance(modules, (dict, ModuleDict)) else modules:
            self.add_module(key, module)


class ParameterList(Module):
    def __init__(self, values=None):
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def __len__(self):
        return self._size

    def __getitem__(self, idx):
        if not isinstance(idx, int):
            return self.__class__(list(self._parameters.values())[idx])
        return list(self._parameters.values())[idx]

    def __setitem__(self, idx, value):
        self._parameters[list(self._parameters.keys())[idx]] = _as_parameter(value)

    def __iadd__(self, values):
        return self.extend(values)

    def append(self, value):
        self.register_parameter(str(self._size), _as_parameter(value))
        self._size += 1
        return self

    def extend(self, values):
        for value in values:
            self.append(value)
        return self

    def extra_repr(self):
        return "\n".join([f"  ({name}): {_describe(value, str(value.dtype))}" for name, value in self._parameters.items()])


class ParameterDict(Module):
    def __init__(self, parameters=None):
        super().__init__()
        if parameters is not None:
            self.update(parameters)

    def __len__(self):
        return len(self._parameters)

    def __getitem__(self, key):
        return self._parameters[key]

    def __setitem__(self, key, value):
        self.register_parameter(key, _as_parameter(value))

    def __delitem__(self, key):
        del self._parameters[key]

    def __contains__(self, key):
        return key in self._parameters

    def __iter__(self):
        return iter(self._parameters)

    def __reversed__(self):
        return reversed(list(self._parameters))

    def __or__(self, other):
        return self.copy().__ior__(other)

    def __ior__(self, other):
        self.update(other)
        return self

    def keys(self):
        return self._parameters.keys()

    def values(self):
        return self._parameters.values()

    def items(self):
        return self._parameters.items()

    def get(self, key, default=None):
        return self._parameters.get(key, default)

    def setdefault(self, key, default=None):
        if key not in self._parameters:
            self[key] = default
        return self[key]

    def update(self, parameters):
        for key, value in parameters.items() if isinstance(parameters, (dict, ParameterDict)) else parameters:
            self[key] = value

    def fromkeys(self, keys, default=None):
        return ParameterDict([(key, default) for key in keys])

    def copy(self):
        return ParameterDict(self)

    def pop(self, key):
        value = self[key]
        del self[key]
        return value

    def popitem(self):
        return self._parameters.popitem()

    def clear(self):
        self._parameters.clear()

    def extra_repr(self):
        return "\n".join([f"  ({name}): {_describe(value, value.type())}" for name, value in self._parameters.items()])


def _describe(parameter, kind):
    return f"Parameter containing: [{kind} of size {'x'.join([str(size) for size in parameter.size()])}]"


def _as_parameter(value):
    return Parameter(value) if isinstance(value, Tensor) and not isinstance(value, Parameter) else value
