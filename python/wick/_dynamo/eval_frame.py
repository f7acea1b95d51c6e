"""torch.compile: functions that a backend gets as graphs (wick.fx), a graph for each kind of arguments.

A graph holds for what it was traced with: the tensors' shapes, dtypes and requires_grad, the values of all other arguments, whether gradients are
recorded, and, of modules, whether they train. What the function reads beside them is taken to stay as it was. Functions that are no graph, because
a branch of theirs depends on a tensor say, run as they are, or are refused with fullgraph=True."""
import contextlib
import functools
import inspect
import types

import wick
from wick.nn import Module
from wick.utils import _pytree

from .backends import lookup_backend
from .exc import BackendCompilerFailed, FailOnRecompileLimitHit, Unsupported

_MODES = ("default", "lite", "reduce-overhead", "max-autotune-no-cudagraphs", "max-autotune")
_STANCES = ("default", "force_eager", "eager_on_recompile", "fail_on_recompile", "eager_then_compile", "aot_eager_then_compile")
_stance = "default"
# Goes up with each reset: what was compiled before is forgotten.
_generation = 0
# While a graph is traced.
_compiling = 0


def is_compiling():
    return _compiling > 0


def reset():
    """Forgets all graphs."""
    global _generation
    _generation += 1


class set_stance:
    """What compiled functions do from now on, or in a block, or in a function: "force_eager" runs them as they are."""

    def __init__(self, stance="default", *, skip_guard_eval_unsafe=False, force_backend=None):
        global _stance
        if stance not in _STANCES:
            raise RuntimeError(f"invalid torch.compile stance '{stance}'")
        self.stance, self.before = stance, _stance
        _stance = stance

    def __enter__(self):
        global _stance
        _stance = self.stance
        return self

    def __exit__(self, *error):
        global _stance
        _stance = self.before

    def __call__(self, function):
        self.__exit__()

        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            with set_stance(self.stance):
                return function(*args, **kwargs)

        return wrapper


class _Graphs:
    """The graphs of one function, by what they hold for."""

    def __init__(self, function, module, backend, fullgraph):
        self.function, self.module, self.backend, self.fullgraph = function, module, backend, fullgraph
        self.graphs, self.generation = {}, _generation

    def __call__(self, *args, **kwargs):
        if _stance == "force_eager" or _compiling or wick.jit.is_tracing() or wick.fx._symbolic_trace.is_fx_tracing():
            return self.function(*args, **kwargs)
        if self.generation != _generation:
            self.graphs, self.generation = {}, _generation
        leaves, spec = _pytree.tree_flatten((args, kwargs))
        tensors = [leaf for leaf in leaves if isinstance(leaf, wick.Tensor)]
        try:
            key = self._key(leaves, spec)
            known = self.graphs.get(key)
        except TypeError:  # a value that cannot be compared: nothing is known to hold for it
            return self.function(*args, **kwargs)
        if known is None:
            if self.graphs and _stance == "fail_on_recompile":
                raise RuntimeError("Detected recompile when torch.compile stance is 'fail_on_recompile'")
            if self.graphs and _stance == "eager_on_recompile":
                return self.function(*args, **kwargs)
            known = self.graphs[key] = self._compile(leaves, spec, tensors)
        return known(tensors) if known else self.function(*args, **kwargs)

    def _key(self, leaves, spec):
        described = tuple((leaf.dtype, tuple(leaf.shape), leaf.stride(), leaf.requires_grad, leaf.device.type) if isinstance(leaf, wick.Tensor)
                          else (type(leaf), leaf) for leaf in leaves)
        trains = () if self.module is None else tuple(module.training for module in self.module.modules())
        return described, str(spec), wick.is_grad_enabled(), wick.is_autocast_enabled(), trains

    def _compile(self, leaves, spec, tensors):
        """A function of the tensors; False when there is no graph."""
        limit = config.recompile_limit
        if len(self.graphs) >= limit:
            if self.fullgraph:
                raise FailOnRecompileLimitHit(f"recompile_limit reached with fullgraph=True: {limit}")
            return False
        try:
            graph_module, rebuild = _trace(self.function, self.module, leaves, spec)
        except Exception as error:
            if self.fullgraph:
                raise Unsupported(f"{getattr(self.function, '__name__', self.function)} is no graph: {error}") from error
            return False
        try:
            compiled = self.backend(graph_module, tensors)
        except Exception as error:
            if config.suppress_errors:
                return False
            raise BackendCompilerFailed(self.backend, error) from error
        return lambda given: rebuild(compiled(*given))


def _trace(function, module, leaves, spec):
    """The graph, whose results are a tuple of tensors, and what makes the function's result of that tuple."""
    global _compiling
    results = {}
    names = _names(function, leaves, spec)
    places = [place for place, leaf in enumerate(leaves) if isinstance(leaf, wick.Tensor)]

    def body(tensors):
        given = list(leaves)
        for place, tensor in zip(places, tensors):
            given[place] = tensor
        args, kwargs = _pytree.tree_unflatten(given, spec)
        results["leaves"], results["spec"] = _pytree.tree_flatten(function(*args, **kwargs))
        return tuple(leaf for leaf in results["leaves"] if isinstance(leaf, wick.fx.Proxy))

    given = "".join(f"{names[place]}, " for place in places)
    space = {"_body": body}
    exec(f"def forward(self, {given}):\n    return _body(({given}))", space)
    root = type("Root", (Module,), {"forward": space["forward"]})()
    if module is not None:
        root.fn = module
    _compiling += 1
    try:
        tracer = _Inlining()
        graph = tracer.trace(root)
    finally:
        _compiling -= 1
    leaves_of_result = results["leaves"]

    def rebuild(values):
        values = iter(values if isinstance(values, (tuple, list)) else (values,))
        made = [next(values) if isinstance(leaf, wick.fx.Proxy) else leaf for leaf in leaves_of_result]
        return _pytree.tree_unflatten(made, results["spec"])

    return wick.fx.GraphModule(tracer.root, graph), rebuild


class _Inlining(wick.fx.Tracer):
    """Layers are calls of functions in the graph, as far as they are made of them."""

    def is_leaf_module(self, m, module_qualified_name):
        return False


def _names(function, leaves, spec):
    """l_x_ for what is given as x."""
    args, kwargs = _pytree.tree_unflatten(list(range(len(leaves))), spec)
    try:
        bound = inspect.signature(function).bind(*args, **kwargs).arguments
    except (TypeError, ValueError):
        bound = {}
    names = {}
    for name, value in bound.items():
        places = _pytree.tree_leaves(value)
        for number, place in enumerate(places):
            names[place] = f"l_{name}_" if len(places) == 1 and value is place else f"l_{name}_{number}_"
    return {place: names.get(place, f"l_args_{place}_") for place in range(len(leaves))}


class OptimizedModule(Module):
    """A module whose calls are compiled. It has the attributes of the module itself, which is `_orig_mod`."""

    def __init__(self, mod, backend, fullgraph):
        super().__init__()
        self._orig_mod = mod
        object.__setattr__(self, "_compiled", mod.__call__ if backend is None else _Graphs(mod.__call__, mod, backend, fullgraph))
        object.__setattr__(self, "training", mod.training)

    def forward(self, *args, **kwargs):
        return self._compiled(*args, **kwargs)

    def __getattr__(self, name):
        if name == "_orig_mod":
            return self._modules["_orig_mod"]
        return getattr(self._orig_mod, name)

    def __setattr__(self, name, value):
        if "_orig_mod" not in self.__dict__.get("_modules", ()) or name in ("training", "_orig_mod"):
            return super().__setattr__(name, value)
        return setattr(self._orig_mod, name, value)

    def __delattr__(self, name):
        return delattr(self._orig_mod, name)

    def __dir__(self):
        return sorted({*super().__dir__(), *dir(self._orig_mod)})

    def __reduce__(self):
        return _optimized, (self._orig_mod,)


def _optimized(mod):
    return compile(mod)


def compile(model=None, *, fullgraph=False, dynamic=None, backend="inductor", mode=None, options=None, disable=False, **more):
    """The function or module with a backend that gets its graphs; also as a decorator. Names of backends are taken and change nothing."""
    if mode is not None and options is not None:
        raise RuntimeError("Either mode or options can be specified, but both can't be specified at the same time.")
    if backend == "inductor" and mode is not None and mode not in _MODES:
        raise RuntimeError(f"Unrecognized mode={mode}, should be one of: {', '.join(_MODES)}")
    if model is None:
        return lambda function: compile(function, fullgraph=fullgraph, dynamic=dynamic, backend=backend, mode=mode, options=options, disable=disable)
    if disable:
        return model
    if not callable(model):
        raise RuntimeError(f"torch.compile needs a function or a module, but got {type(model).__name__}")
    found = lookup_backend(backend)
    if found is not None and options:
        found = functools.wraps(found)(functools.partial(found, options=options))
    if isinstance(model, Module):
        return OptimizedModule(model, found, fullgraph)
    if inspect.isclass(model):
        return model
    return _compiled_function(model, found, fullgraph)


def _compiled_function(function, backend, fullgraph):
    graphs = function if backend is None else _Graphs(function, None, backend, fullgraph)

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return graphs(*args, **kwargs)

    wrapper._torchdynamo_orig_callable = function
    wrapper._graphs = graphs if backend is not None else None
    return wrapper


class _Config(types.SimpleNamespace):
    """Switches, of which some mean something: recompile_limit, suppress_errors."""

    def patch(self, *changes, **named):
        """A block, or a function, in which switches have other values."""
        if changes:
            named = dict(changes[0]) if isinstance(changes[0], dict) else {changes[0]: changes[1]}
        return _Patch(self, {name.replace(".", "_"): value for name, value in named.items()})


class _Patch(contextlib.ContextDecorator):
    def __init__(self, config, values):
        self.config, self.values = config, values

    def __enter__(self):
        self.before = {name: getattr(self.config, name, None) for name in self.values}
        vars(self.config).update(self.values)

    def __exit__(self, *error):
        vars(self.config).update(self.before)


config = _Config(suppress_errors=False, cache_size_limit=8, recompile_limit=8, accumulated_recompile_limit=256, verbose=False, dynamic_shapes=True,
                 assume_static_by_default=True, automatic_dynamic_shapes=True, capture_scalar_outputs=False, capture_dynamic_output_shape_ops=False,
                 specialize_int=False, specialize_float=False, guard_nn_modules=True, inline_inbuilt_nn_modules=True, optimize_ddp=True, disable=False,
                 error_on_recompile=False, allow_unspec_int_on_nn_module=False, numpy_default_float="float64", numpy_default_int="int64",
                 compiled_autograd=False, log_file_name=None, cache_size_limit_accumulated=256, force_parameter_static_shapes=True)
