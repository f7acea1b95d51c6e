"""torch.overrides: who takes functions of torch over, by a method __torch_function__(function, types, arguments, keyword arguments): subclasses
of Tensor, types that are no tensors, and modes. Until there is a subclass or a mode (`arm`), nobody is looked for, but where an operator
cannot take an argument."""
import ast
import functools
import inspect
import sys

from . import _library, _wick
from ._wick import Tensor

__all__ = ["get_ignored_functions", "get_overridable_functions", "get_testing_overrides", "handle_torch_function", "has_torch_function",
           "resolve_name", "is_tensor_like", "is_tensor_method_or_property", "wrap_torch_function", "enable_reentrant_dispatch",
           "redispatch_function"]

# Python's own methods that are taken over, among those that Tensor has from the extension.
_TAKEN = {"__getitem__", "__setitem__", "__len__", "__contains__", "__bool__", "__int__", "__float__", "__complex__", "__index__",
          "__repr__", "__format__", "__deepcopy__", "__reversed__", "__pos__", "__array__", "__dlpack__", "__dlpack_device__"}
_OWN = {"as_subclass", "new"}


def arm():
    """From now on types and modes are asked."""
    if _wick._may_override():
        return
    _wick._set_may_override()
    for name, value in list(vars(Tensor).items()):
        if isinstance(value, property):
            setattr(Tensor, name, _wick._overriding_attribute(value, name not in ("grad", "_grad", "_base")))
        elif type(value).__name__ in ("nb_method", "nb_func", "function") and name not in _OWN and (name in _TAKEN or name[0] != "_"):
            setattr(Tensor, name, _wick._overriding_method(value))
    for name in _library._WITH_OPERATORS:
        if name in sys.modules:
            arm_text(sys.modules[name])


def arm_text(module):
    """Has the functions of a text (_library.py) ask as well. Whoever holds one of them holds it still: it gets other code."""
    with open(module.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name[0] != "_" and (node.args.args or node.args.vararg):
            node.body.insert(0, ast.copy_location(_question(node), node))
    ast.fix_missing_locations(tree)
    module.__dict__.update(_has_override=_wick._has_override, _call_override=_wick._call_override)
    for code in compile(tree, module.__file__, "exec").co_consts:
        function = inspect.unwrap(getattr(module, getattr(code, "co_name", ""), None))
        if inspect.isfunction(function) and function.__code__.co_firstlineno == code.co_firstlineno:
            function.__code__ = code


def _question(function):
    """What PyTorch's functions begin with: arguments with a default are handed on by name."""
    spec = function.args
    required = len(spec.args) - len(spec.defaults)
    names = [one.arg for one in spec.args]
    positional = names[:required] + ([f"*{spec.vararg.arg}"] if spec.vararg else [])
    named = names[required:] + [one.arg for one in spec.kwonlyargs]
    everything = ", ".join([*positional, *named])
    keywords = ", ".join(f"{name}={name}" for name in named)
    text = (f"if _has_override(({everything},)):\n"
            f"    return _call_override({function.name}, ({everything},), ({', '.join(positional)}{',' if positional else ''}), dict({keywords}))")
    return ast.parse(text).body[0]


def has_torch_function(relevant_args):
    """Whether a mode, or one of the arguments, may take a function over."""
    return _wick._has_override(tuple(relevant_args))


def has_torch_function_unary(obj):
    return _wick._has_override((obj,))


def has_torch_function_variadic(*args):
    return _wick._has_override(args)


def handle_torch_function(public_api, relevant_args, *args, **kwargs):
    """What modes and the arguments' types make of a call; TypeError if none does."""
    return _wick._call_override(public_api, tuple(relevant_args), args, kwargs)


def is_tensor_like(inp):
    return isinstance(inp, Tensor) or hasattr(type(inp), "__torch_function__")


def wrap_torch_function(dispatcher):
    """Decorates a function that may be taken over; `dispatcher` gives the arguments that count, of its own."""
    def inner(func):
        @functools.wraps(func)
        def wrapped(*args, **kwargs):
            relevant = dispatcher(*args, **kwargs)
            if has_torch_function(relevant):
                return handle_torch_function(wrapped, relevant, *args, **kwargs)
            return func(*args, **kwargs)

        return wrapped

    return inner


# Modes ----------------------------------------------------------------------------------------------------------------


class TorchFunctionMode:
    """A block whose calls go through the __torch_function__ of this object first; in there, the modes outside of it are asked."""

    inner = None

    def __torch_function__(self, func, types, args=(), kwargs=None):
        raise NotImplementedError

    def __enter__(self):
        arm()
        _wick._push_function_mode(self)
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        _wick._pop_function_mode()

    @classmethod
    def push(cls, *args, **kwargs):
        return cls(*args, **kwargs)


class BaseTorchFunctionMode(TorchFunctionMode):
    """One that changes nothing."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


def _get_current_function_mode():
    modes = _wick._function_modes()
    return modes[-1] if modes else None


def _get_current_function_mode_stack():
    return _wick._function_modes()


class _NothingOff:
    def __enter__(self):
        self._before = _wick._set_overrides_off(False, False)

    def __exit__(self, *error):
        _wick._set_overrides_off(*self._before)


def enable_reentrant_dispatch():
    """A block in which functions are taken over, inside of one who took over."""
    return _NothingOff()


_enable_torch_function = enable_reentrant_dispatch


def redispatch_function(func, types, args, kwargs):
    """The call, which may be taken over again."""
    with enable_reentrant_dispatch():
        return func(*args, **(kwargs or {}))


# What there is ----------------------------------------------------------------------------------------------------------


def _spaces():
    import wick

    return ((wick, "torch"), (wick.functional, "torch.functional"), (wick.nn.functional, "torch.nn.functional"), (wick.nn.init, "torch.nn.init"),
            (Tensor, "torch.Tensor"), (wick.linalg, "torch.linalg"), (wick.fft, "torch.fft"), (wick.special, "torch.special"))


# Operators of torch.nn.functional, which has them when they are asked for.
_FUNCTIONAL = ("avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d bilinear celu_ channel_shuffle conv1d conv2d conv3d conv_tbc conv_transpose1d "
               "conv_transpose2d conv_transpose3d cosine_similarity gelu hardshrink linear logsigmoid one_hot pairwise_distance pdist pixel_shuffle "
               "pixel_unshuffle prelu relu_ rrelu_ scaled_dot_product_attention selu_ softplus softshrink").split()


def _names_in(space):
    import wick

    prefix = {wick.linalg: "linalg_", wick.fft: "fft_", wick.special: "special_"}.get(space)
    names = set(dir(space))
    if prefix is not None:
        names |= {name[len(prefix):] for name in _wick._operator_names() if name.startswith(prefix) and not name.endswith("_")}
    return sorted(names | set(_FUNCTIONAL) if space is wick.nn.functional else names)


def _public(space):
    for name in _names_in(space):
        if space is Tensor or not name.startswith("_"):
            value = getattr(space, name, None)
            own = space is Tensor or isinstance(value, _OPERATOR) or getattr(value, "__module__", None) == getattr(space, "__name__", None)
            if own and value is not None and not inspect.isclass(value) and (callable(value) or hasattr(value, "__get__")):
                yield name, value if callable(value) else value.__get__


_OPERATOR = type(_wick._operator("add"))


@functools.cache
def _names():
    """The name of each function that may be taken over."""
    names = {}
    for space, prefix in _spaces():
        for name, value in _public(space):
            try:
                names.setdefault(value, f"{prefix}.{name}" + ("" if callable(getattr(space, name)) else ".__get__"))
            except TypeError:  # no key
                continue
    return names


def resolve_name(f):
    """"torch.Tensor.add": where a function is to be found; None for others than torch's."""
    arm()
    if isinstance(f, str):
        return f
    try:
        return _names().get(f)
    except TypeError:
        return None


def get_ignored_functions():
    """Functions that no argument can take over, most of which make tensors."""
    import wick

    names = ("ones", "zeros", "empty", "empty_strided", "full", "eye", "arange", "linspace", "logspace", "rand", "randn", "randint", "randperm",
             "tensor", "as_tensor", "from_numpy", "frombuffer", "from_dlpack", "is_tensor", "manual_seed", "save", "load", "typename",
             "promote_types", "result_type", "can_cast", "set_default_dtype", "get_default_dtype", "no_grad", "enable_grad", "is_grad_enabled")
    return {getattr(wick, name) for name in names} | {Tensor.as_subclass, Tensor._make_subclass, Tensor.__new__, Tensor.__init__, Tensor.__hash__}


def get_overridable_functions():
    """{module, or Tensor: its functions that may be taken over}."""
    arm()
    ignored = get_ignored_functions()
    return {space: [value for _, value in _public(space) if value.__hash__ is None or value not in ignored] for space, _ in _spaces()}


def get_testing_overrides():
    """A function that gives -1 in the place of each of them."""
    return {function: lambda *args, **kwargs: -1 for functions in get_overridable_functions().values() for function in functions}


def get_default_nowrap_functions():
    """What gives tensors that stay of the class that they are."""
    arm()
    return {Tensor.grad.__get__}


def is_tensor_method_or_property(func):
    name = resolve_name(func)
    return name is not None and name.startswith("torch.Tensor.")
