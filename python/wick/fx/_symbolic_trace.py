"""torch.fx: Python that runs on stand-ins, and becomes a graph."""
import builtins
import contextlib
import functools
import inspect

import wick
from wick.nn import Module, Parameter

from .graph import Graph
from .graph_module import GraphModule
from .proxy import Proxy, ParameterProxy, TracerBase, _tracer_in

_tracing = False
# Functions by name in the globals that `wrap` was called for: calls of them with stand-ins are calls in the graph.
_wrapped = []


def is_fx_tracing():
    return _tracing


def wrap(fn_or_name):
    """Has a function of this module, or a builtin by name, be called by the graph rather than traced into; also as a decorator."""
    name = fn_or_name if isinstance(fn_or_name, str) else fn_or_name.__name__
    frame = inspect.currentframe().f_back
    if frame.f_code.co_name != "<module>":
        raise NotImplementedError("wrap must be called at the top level of a module")
    _wrapped.append((frame.f_globals, name))
    return fn_or_name


def _calls_graph(function, with_defaults=False):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        if not any(isinstance(arg, Proxy) for arg in (*args, *kwargs.values())):
            return function(*args, **kwargs)
        tracer = _tracer_in((args, kwargs))
        if with_defaults:
            args, kwargs = _by_name(function, args, kwargs)
        return tracer.create_proxy("call_function", function, args, kwargs)

    return wrapper


def _by_name(function, args, kwargs):
    """The arguments as functions of torch.nn.functional give them on: those that have defaults by name, with their values."""
    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    required = [name for name, parameter in bound.signature.parameters.items() if parameter.default is parameter.empty]
    return [bound.arguments[name] for name in required], {name: value for name, value in bound.arguments.items() if name not in required}


class Tracer(TracerBase):
    """Traces functions and modules; one of your own says by is_leaf_module which modules the graph calls."""

    def __init__(self, autowrap_modules=(), autowrap_functions=(), param_shapes_constant=False):
        self.param_shapes_constant = param_shapes_constant

    def is_leaf_module(self, m, module_qualified_name):
        return type(m).__module__.startswith(("wick.nn", "wick.ao.nn")) and not isinstance(m, wick.nn.Sequential)

    def path_of_module(self, mod):
        for name, module in self.root.named_modules():
            if module is mod:
                return name
        raise NameError("module is not installed as a submodule")

    def call_module(self, m, forward, args, kwargs):
        path = self.path_of_module(m)
        return self.create_proxy("call_module", path, args, kwargs) if self.is_leaf_module(m, path) else forward(*args, **kwargs)

    def create_arg(self, a):
        if isinstance(a, Module):
            return self.create_node("get_attr", self.path_of_module(a), (), {})
        return super().create_arg(a)

    def _create_leaf(self, a):
        if isinstance(a, wick.Tensor):
            return self.create_node("get_attr", self._path_of_tensor(a), (), {})
        return super()._create_leaf(a)

    def _path_of_tensor(self, tensor):
        """The tensor's path; one that the module doesn't have becomes an attribute of it."""
        for name, one in (*self.root.named_parameters(), *self.root.named_buffers()):
            if one is tensor:
                return name
        for name, one in vars(self.root).items():
            if one is tensor:
                return name
        number = sum(name.startswith("_tensor_constant") for name in vars(self.root))
        setattr(self.root, f"_tensor_constant{number}", tensor)
        return f"_tensor_constant{number}"

    def trace(self, root, concrete_args=None):
        """The graph of a module's forward, or of a function; concrete_args are the values of arguments that are no inputs."""
        if isinstance(root, Module):
            self.root, function = root, type(root).forward
        else:
            self.root, function = Module(), root
        self.graph = Graph(tracer_cls=type(self))
        arguments = [self.root] if isinstance(root, Module) else []
        named = {}
        for parameter in list(inspect.signature(function).parameters.values())[len(arguments):]:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise NotImplementedError("functions with *args or **kwargs are not traced")
            if concrete_args and parameter.name in concrete_args:
                value = concrete_args[parameter.name]
            else:
                default = () if parameter.default is parameter.empty else (parameter.default,)
                value = self.create_proxy("placeholder", parameter.name, default, {})
            if parameter.kind is parameter.KEYWORD_ONLY:
                named[parameter.name] = value
            else:
                arguments.append(value)
        with self._patched():
            result = function(*arguments, **named)
        self.create_node("output", "output", (self.create_arg(result),), {})
        return self.graph

    @contextlib.contextmanager
    def _patched(self):
        """Calls of modules, their parameters and wrapped functions become nodes."""
        global _tracing
        call, getattribute, parameters, before = Module.__call__, Module.__getattr__, {}, _tracing

        def traced_call(module, *args, **kwargs):
            return self.call_module(module, functools.partial(call, module), args, kwargs)

        def traced_getattr(module, name):
            value = getattribute(module, name)
            if not isinstance(value, Parameter):
                return value
            if id(value) not in parameters:
                path = self._path_of_tensor(value)
                make = (lambda node: ParameterProxy(self, node, path, value)) if self.param_shapes_constant else None
                parameters[id(value)] = self.create_proxy("get_attr", path, (), {}, proxy_factory_fn=make)
            return parameters[id(value)]

        functions = [(home, name, home.get(name)) for home, name in _wrapped]
        functional = vars(wick.nn.functional)
        own = [(functional, name, function) for name, function in list(functional.items()) if inspect.isfunction(function) and name[0] != "_"]
        Module.__call__, Module.__getattr__, _tracing = traced_call, traced_getattr, True
        for home, name, function in functions:
            home[name] = _calls_graph(function if function is not None else getattr(builtins, name))
        for home, name, function in own:
            home[name] = _calls_graph(function, with_defaults=True)
        try:
            yield
        finally:
            Module.__call__, Module.__getattr__, _tracing = call, getattribute, before
            for home, name, function in functions + own:
                if function is None:
                    del home[name]
                else:
                    home[name] = function


def symbolic_trace(root, concrete_args=None):
    """A GraphModule of what a module, or a function, does. What depends on values (branches, loops) cannot be traced."""
    tracer = Tracer()
    graph = tracer.trace(root, concrete_args)
    return GraphModule(tracer.root, graph, type(root).__name__ if isinstance(root, Module) else root.__name__)
