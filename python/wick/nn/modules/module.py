"""nn.Module: what every layer has."""
import itertools

import wick
from wick._hooks import register
from wick._values import Parameter

from ..parameter import Buffer, is_lazy
from .backward_hooks import BackwardHooks
from .state import _EXTRA_STATE_KEY_SUFFIX, State, _IncompatibleKeys  # noqa: F401 (programs take the names from here)

# What a module keeps about itself beside what its class assigns.
_STORES = ("_parameters", "_buffers", "_modules", "_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks",
           "_state_dict_hooks", "_state_dict_pre_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks")
INTERNAL = (*_STORES, "_non_persistent_buffers_set", "_has_hooks")


# While a trace is recorded (jit/_trace.py): what makes calls of its modules calls in it.
frames = None


class Module(State):
    """Base of all layers. Parameters, buffers and modules that are assigned become part of it."""

    # What classes of PyTorch may say about themselves.
    dump_patches = call_super_init = False

    def __init__(self, *args, **kwargs):
        for name in _STORES:
            object.__setattr__(self, name, {})
        object.__setattr__(self, "_has_hooks", False)
        object.__setattr__(self, "_non_persistent_buffers_set", set())
        object.__setattr__(self, "training", True)

    def __setstate__(self, state):
        """What a pickled module had; PyTorch's have no more."""
        Module.__init__(self)
        self.__dict__.update(state)

    # Attributes -------------------------------------------------------------------------------------------------------

    def __getattr__(self, name):
        for store in ("_parameters", "_buffers", "_modules"):
            values = self.__dict__.get(store)
            if values is not None and name in values:
                return values[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name, value):
        for kind, types, store, expected in _KINDS:
            values = self.__dict__.get(store)
            if isinstance(value, types):
                if values is None:
                    raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
                # What has the name already keeps its place among the others; a buffer stays as persistent as it was.
                if name not in values:
                    self._forget(name)
                    if store == "_buffers":
                        self.register_buffer(name, value, value.persistent)
                values[name] = value
                return
            if values is not None and name in values:
                if value is not None and not (store == "_buffers" and isinstance(value, wick.Tensor)):
                    kind = "child module" if store == "_modules" else kind
                    raise TypeError(f"cannot assign '{wick.typename(value)}' as {kind} '{name}' ({expected} or None expected)")
                values[name] = value
                return
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        if not self._forget(name):
            object.__delattr__(self, name)

    def _forget(self, name):
        self._non_persistent_buffers_set.discard(name)
        stores = (self.__dict__, self._parameters, self._buffers, self._modules)
        return any([store.pop(name, self) is not self for store in stores])

    def __dir__(self):
        return sorted({*super().__dir__(), *self._parameters, *self._buffers, *self._modules})

    def register_buffer(self, name, tensor, persistent=True):
        _check_place(self, "buffer", "_buffers", name)
        if tensor is not None and not isinstance(tensor, wick.Tensor):
            raise TypeError(f"cannot assign '{wick.typename(tensor)}' object to buffer '{name}' (torch Tensor or None required)")
        self._buffers[name] = tensor
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(name)

    def register_parameter(self, name, param):
        _check_place(self, "parameter", "_parameters", name)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(f"cannot assign '{wick.typename(param)}' object to parameter '{name}' (torch.nn.Parameter or None required)")
        self._parameters[name] = param

    def add_module(self, name, module):
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{wick.typename(module)} is not a Module subclass")
        _check_place(self, "module", "_modules", name)
        self._modules[name] = module

    register_module = add_module

    # Calls ------------------------------------------------------------------------------------------------------------

    def forward(self, *input):
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *args, **kwargs):
        if frames is not None and frames.enter(self):
            try:
                return self(*args, **kwargs)
            finally:
                frames.leave()
        if not self._has_hooks:
            return self.forward(*args, **kwargs)
        return self._call_with_hooks(args, kwargs)

    def _call_with_hooks(self, args, kwargs):
        for hook, with_kwargs in list(self._forward_pre_hooks.values()):
            changed = hook(self, args, kwargs) if with_kwargs else hook(self, args)
            if changed is not None:
                args, kwargs = changed if with_kwargs else (changed if isinstance(changed, tuple) else (changed,), kwargs)
        backward = None
        if self._backward_hooks or self._backward_pre_hooks:
            backward = BackwardHooks(self, self._backward_pre_hooks.values(), self._backward_hooks.values())
            args = backward.before(args)
        result = self.forward(*args, **kwargs)
        for hook, with_kwargs in list(self._forward_hooks.values()):
            changed = hook(self, args, kwargs, result) if with_kwargs else hook(self, args, result)
            if changed is not None:
                result = changed
        return result if backward is None else backward.after(result)

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """hook(module, args) is called before each call, and may give other arguments; with_kwargs: hook(module, args,
        kwargs), which may give (args, kwargs)."""
        return self._register(self._forward_pre_hooks, (hook, with_kwargs), prepend)

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False):
        """hook(module, args, result) is called after each call, and may give another result; with_kwargs: hook(module, args,
        kwargs, result)."""
        return self._register(self._forward_hooks, (hook, with_kwargs), prepend)

    def register_full_backward_pre_hook(self, hook, prepend=False):
        """hook(module, grad_output) is called when the gradients of the results are known, and may give others."""
        return self._register(self._backward_pre_hooks, hook, prepend)

    def register_full_backward_hook(self, hook, prepend=False):
        """hook(module, grad_input, grad_output) is called when the gradients of the positional arguments are known, and may
        give others. Both are tuples, with None for what has no gradient."""
        return self._register(self._backward_hooks, hook, prepend)

    register_backward_hook = register_full_backward_hook

    def _register(self, hooks, hook, prepend):
        object.__setattr__(self, "_has_hooks", True)
        return register(hooks, hook, prepend)

    # What is below ------------------------------------------------------------------------------------------------------

    def named_children(self):
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self):
        return (module for _, module in self.named_children())

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self):
        return (module for _, module in self.named_modules())

    def _named(self, store, prefix, recurse, remove_duplicate):
        seen = set()
        for path, module in self.named_modules(None, prefix, remove_duplicate) if recurse else [(prefix, self)]:
            for name, tensor in getattr(module, store).items():
                if tensor is not None and id(tensor) not in seen:
                    if remove_duplicate:
                        seen.add(id(tensor))
                    yield f"{path}.{name}" if path else name, tensor

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse=True):
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def get_submodule(self, target):
        module = self
        for name in target.split(".") if target else []:
            if name not in module._modules:
                raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
            module = module._modules[name]
        return module

    def set_submodule(self, target, module):
        """Puts a module where `target` is now."""
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if name not in parent._modules:
            raise AttributeError(f"{type(parent).__name__} has no attribute `{name}`")
        setattr(parent, name, module)

    def get_parameter(self, target):
        return _get(self, "_parameters", target, "an nn.Parameter")

    def get_buffer(self, target):
        return _get(self, "_buffers", target, "a buffer")

    # Everywhere below -------------------------------------------------------------------------------------------------

    def apply(self, fn):
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode=True):
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        for parameter in self.parameters():
            if parameter.grad is not None:
                parameter.grad = None if set_to_none else parameter.grad.detach().zero_()

    def _apply(self, fn, recurse=True):
        """Puts fn(tensor) in the place of each parameter's data, each gradient and each buffer."""
        for module in self.children() if recurse else []:
            module._apply(fn)
        for parameter in self._parameters.values():
            if parameter is not None:
                grad = parameter.grad
                parameter.data = fn(parameter.data)
                parameter.grad = None if grad is None else fn(grad)
        for name, buffer in self._buffers.items():
            if is_lazy(buffer):
                buffer.data = fn(buffer.data)
            elif buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def to(self, *args, **kwargs):
        """Converts floating-point parameters and buffers to a dtype, or to that of a tensor; wick's devices are the CPU and "meta"."""
        given = [*args, *kwargs.values()]
        device = next((wick.device(what) for what in given if isinstance(what, (str, wick.device))),
                      next((what.device for what in given if isinstance(what, wick.Tensor)), None))
        if device is not None and device.type not in ("cpu", "meta"):
            raise RuntimeError(f"wick computes on the CPU, not on {device}")
        dtype = next((getattr(what, "dtype", what) for what in given if isinstance(what, (wick.dtype, wick.Tensor))), None)
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}")
        moves = device is not None and any(tensor.device != device for tensor in itertools.chain(self.parameters(), self.buffers()))
        if dtype is None and not moves:
            return self
        if moves and device.type == "cpu":
            raise NotImplementedError("Cannot copy out of meta tensor; no data! Please use torch.nn.Module.to_empty() instead of "
                                      "torch.nn.Module.to() when moving module from meta to a different device.")

        def convert(tensor):
            tensor = tensor.to(device) if moves else tensor
            return tensor.to(dtype) if dtype is not None and (tensor.is_floating_point() or tensor.is_complex()) else tensor

        return self._apply(convert)

    def to_empty(self, *, device=None, recurse=True):
        """Gives all parameters and buffers memory of their own, with whatever is in it; none on the meta device."""
        return self._apply(lambda tensor: wick.empty_like(tensor, device=device), recurse)

    def type(self, dst_type):
        return self._apply(lambda tensor: tensor.type(dst_type))

    def float(self):
        return self.to(wick.float32)

    def double(self):
        return self.to(wick.float64)

    def half(self):
        return self.to(wick.float16)

    def bfloat16(self):
        return self.to(wick.bfloat16)

    def cpu(self):
        return self

    def cuda(self, device=None):
        return self.to("cuda")

    def share_memory(self):
        """Moves parameters and buffers to memory that processes share."""
        for tensor in [*self.parameters(), *self.buffers()]:
            tensor.share_memory_()
        return self

    def compile(self, *args, **kwargs):
        """torch.compile of the module's calls, in place."""
        compiled = wick.compile(self.forward, *args, **kwargs)
        if getattr(compiled, "_graphs", None) is not None:
            compiled._graphs.module = self
            object.__setattr__(self, "forward", compiled)

    # Text -------------------------------------------------------------------------------------------------------------

    def extra_repr(self):
        return ""

    def _texts_of_children(self):
        texts = [(name, repr(module)) for name, module in self._modules.items()]
        if not any(base.__name__ == "ModuleList" for base in type(self).__mro__):
            return texts
        # Neighbours that look the same stand together.
        grouped = []
        for text, run in itertools.groupby(texts, key=lambda pair: pair[1]):
            names = [name for name, _ in run]
            grouped.append((names[0], text) if len(names) == 1 else (f"{names[0]}-{names[-1]}", f"{len(names)} x {text}"))
        return grouped

    def _get_name(self):
        return type(self).__name__

    def __repr__(self):
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [f"({name}): {_indented(text)}" for name, text in self._texts_of_children()]
        if len(lines) == 1 and not children:
            return f"{self._get_name()}({extra})"
        if not lines + children:
            return f"{self._get_name()}()"
        return "{}(\n  {}\n)".format(self._get_name(), "\n  ".join(lines + children))


def _indented(text):
    return text.replace("\n", "\n  ")


def _get(module, store, target, kind):
    path, _, name = target.rpartition(".")
    owner = module.get_submodule(path)
    if not hasattr(owner, name):
        raise AttributeError(f"{type(owner).__name__} has no attribute `{name}`")
    if name not in getattr(owner, store):
        raise AttributeError(f"`{name}` is not {kind}")
    return getattr(owner, store)[name]


# What modules know as their own, in the order in which a name belongs to them.
_KINDS = (("parameter", Parameter, "_parameters", "torch.nn.Parameter"), ("module", Module, "_modules", "torch.nn.Module"),
          ("buffer", Buffer, "_buffers", "torch.nn.Buffer, torch.Tensor"))


def _check_place(module, kind, store, name):
    """Errors unless something of the kind can have the name."""
    if store not in module.__dict__:
        raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
    if not isinstance(name, str):
        raise TypeError(f"{kind} name should be a string. Got {wick.typename(name)}")
    if "." in name:
        raise KeyError(f"{kind} name can't contain \".\"" + (f", got: {name}" if kind == "module" else ""))
    if name == "":
        raise KeyError(f"{kind} name can't be empty string \"\"")
    if name not in getattr(module, store) and hasattr(module, name):
        raise KeyError(f"attribute '{name}' already exists")
