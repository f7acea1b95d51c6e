from typing import Optional

from torch._C import ModuleBase


class Module(ModuleBase):
    training: bool
    _is_full_backward_hook: Optional[bool]

    def register_buffer(self, name, tensor, persistent=True):
        self._buffers[name] = tensor

    def register_parameter(self, name, param):
        self._parameters[name] = param

    def add_module(self, name, module):
        self._modules[name] = module

    def register_module(self, name, module):
        self._modules[name] = module

    def get_submodule(self, target):
        module = self
        if target != "":
            for name in target.split("."):
                module = module._modules[name]
        return module

    def named_children(self):
        return [(name, module) for name, module in self._modules.items() if module is not None]

    def children(self):
        return [module for name, module in self.named_children()]

    def named_modules(self, memo=None, prefix=""):
        found = [(prefix, self)]
        for name, module in self.named_children():
            found.extend(module.named_modules(None, prefix + ("." if prefix else "") + name))
        return found

    def modules(self):
        return [module for name, module in self.named_modules()]

    def named_parameters(self, prefix="", recurse=True):
        found = []
        for path, module in self.named_modules() if recurse else [("", self)]:
            for name, parameter in module._parameters.items():
                if parameter is not None and not any([parameter is known for _, known in found]):
                    found.append((path + ("." if path else "") + name, parameter))
        return found

    def parameters(self, recurse=True):
        return [parameter for name, parameter in self.named_parameters("", recurse)]

    def named_buffers(self, prefix="", recurse=True):
        found = []
        for path, module in self.named_modules() if recurse else [("", self)]:
            for name, buffer in module._buffers.items():
                if buffer is not None:
                    found.append((path + ("." if path else "") + name, buffer))
        return found

    def buffers(self, recurse=True):
        return [buffer for name, buffer in self.named_buffers("", recurse)]

    def state_dict(self):
        state = {name: parameter for name, parameter in self.named_parameters()}
        state.update(self.named_buffers())
        return state

    def load_state_dict(self, state_dict, strict=True):
        own = self.state_dict()
        for name, value in state_dict.items():
            own[name].detach().copy_(value)

    def apply(self, fn):
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode=True):
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def zero_grad(self, set_to_none=True):
        for parameter in self.parameters():
            parameter.grad = None

    def extra_repr(self):
        return ""
