"""torch.jit.trace: programs that are recorded while they run.

Calls of operators, of modules and of compiled functions on this thread become the nodes of a graph. What Python itself does
with numbers, branches and loops is not seen, but for numbers that come from the sizes of tensors.
"""
import copy
import difflib
import functools
import inspect
import math
import re
import textwrap
import warnings

from .. import _wick
from .._pytorch import pytorch
from .._trees import map_leaves
from .._values import Size
from .._wick import ScriptFunction, ScriptModule
from ..nn.modules import module as _module_calls
from ..nn.modules.module import Module


class TracerWarning(Warning):
    """A trace may not be what the program is."""


class TracingCheckError(Exception):
    """A trace that gives other results, or another graph, than the program."""

    def __init__(self, graph_diff_error, tensor_compare_error, extra_msg=None):
        self.message = "Tracing failed sanity checks!\n"
        if extra_msg is not None:
            self.message += extra_msg + "\n"
        if graph_diff_error is not None:
            self.message += "ERROR: Graphs differed across invocations!\n" + _indent(graph_diff_error) + "\n"
        if tensor_compare_error is not None:
            self.message += (
                "ERROR: Tensor-valued Constant nodes differed in value across invocations. This often indicates that the "
                "tracer has encountered untraceable code.\n" + _indent(tensor_compare_error) + "\n"
            )
        super().__init__(self.message)


def is_tracing():
    """Whether a trace is recorded on this thread."""
    return _wick._is_tracing()


def script_if_tracing(fn):
    """The function, which is compiled when a trace first calls it, so that its branches and loops are in the trace."""

    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        if not is_tracing():
            return fn(*args, **kwargs)
        from ._compiler import script

        if wrapper.__script is None:
            wrapper.__script = script(fn)
        return wrapper.__script(*args, **kwargs)

    wrapper.__script = None
    wrapper.__original_fn = fn
    return wrapper


# Numbers of a trace ---------------------------------------------------------------------------------------------------


def _recorded(kind, name, text):
    record = _wick._expression(text)
    plain = getattr(kind, name)

    def method(self, *other):
        if not all(isinstance(value, (int, float)) for value in other):
            return NotImplemented
        return record(self, *other) if is_tracing() else plain(self, *other)

    return method


_ARITHMETIC = {
    "__add__": "{0} + {1}", "__sub__": "{0} - {1}", "__mul__": "{0} * {1}", "__truediv__": "{0} / {1}", "__floordiv__": "{0} // {1}",
    "__mod__": "{0} % {1}", "__radd__": "{1} + {0}", "__rsub__": "{1} - {0}", "__rmul__": "{1} * {0}",
    "__rtruediv__": "{1} / {0}", "__rfloordiv__": "{1} // {0}", "__rmod__": "{1} % {0}", "__neg__": "-{0}",
}


class TracedInt(int):
    """An int that depends on a trace, such as a size of a tensor: arithmetic with it is recorded."""


class TracedFloat(float):
    """As TracedInt: what its division gives."""


for _kind in (TracedInt, TracedFloat):
    for _name, _text in _ARITHMETIC.items():
        setattr(_kind, _name, _recorded(_kind.__base__, _name, _text))

_size = _wick._expression("{0}.size({1})")
_numel = _wick._expression("{0}.numel()")


def sizes_of(tensor):
    return Size(_size(tensor, dim) for dim in range(tensor.ndim))


def numel_of(tensor):
    return _numel(tensor)


# Recording ------------------------------------------------------------------------------------------------------------


class _Frames:
    """Calls of the modules of a trace become calls in it."""

    def __init__(self, trace, ids):
        self._trace, self._ids = trace, ids

    def enter(self, module):
        known = self._ids.get(id(module))
        return known is not None and self._trace.enter(known)

    def leave(self):
        self._trace.leave()

    def __enter__(self):
        self._before = _module_calls.frames
        _module_calls.frames = self

    def __exit__(self, *exception):
        _module_calls.frames = self._before


def _class_name(cls):
    from ._compiler import _torch_name

    module = "" if cls.__module__ == "__main__" else _torch_name(cls.__module__) + "."
    return f"__torch__.{module}{cls.__qualname__.rpartition('.')[2]}"


def _add(trace, module, ids):
    """The module and all below it; `ids` gets the number of each."""
    if id(module) in ids:
        return ids[id(module)]
    if isinstance(module, ScriptModule):
        ids[id(module)] = trace.add_compiled(module)
        return ids[id(module)]
    children = {name: child for name, child in module._modules.items() if child is not None}
    children.update({name: value for name, value in vars(module).items() if isinstance(value, ScriptModule)})
    numbers = {name: _add(trace, child, ids) for name, child in children.items()}
    ids[id(module)] = trace.add_module(_class_name(type(module)), module._parameters, module._buffers, numbers, module.training)
    return ids[id(module)]


def _argument_names(function, inputs, keywords):
    """The parameters' names, where the function tells them."""
    target = function.forward if isinstance(function, Module) else function
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        parameters = []
    names = [one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    names = names[: len(inputs)]
    names += [f"argument_{number + 1}" for number in range(len(names), len(inputs))]
    return names + list(keywords)


def _as_tuple(inputs):
    if isinstance(inputs, (_wick.Tensor, dict)):
        return (inputs,)
    return inputs if isinstance(inputs, tuple) else tuple(inputs)


def _check_containers(outputs):
    for kind in (list, dict):
        if isinstance(outputs, kind):
            raise RuntimeError(
                f"Encountering a {kind.__name__} at the output of the tracer might cause the trace to be incorrect, this is only "
                "valid if the container structure does not change based on the module's inputs. Consider using a constant "
                "container instead (e.g. for `list`, use a `tuple` instead. for `dict`, use a `NamedTuple` instead). If you "
                "absolutely need this and know the side effects, pass strict=False to trace() to allow this behavior."
            )
    if isinstance(outputs, tuple):
        for item in outputs:
            _check_containers(item)


def _record(trace, ids, name, module, function, inputs, keywords, strict):
    given = trace.begin(name, module, _argument_names(function, inputs, keywords), (*inputs, *keywords.values()))
    try:
        with _Frames(trace, ids):
            outputs = function(*given[: len(inputs)], **dict(zip(keywords, given[len(inputs) :])))
        if strict:
            _check_containers(outputs)
        return trace.finish(outputs)
    except BaseException:
        trace.abandon()
        raise


def _record_function(func, inputs, keywords, strict):
    trace = _new_trace()
    name = getattr(func, "__name__", type(func).__name__)
    name = f"__torch__.{name if name.isidentifier() else 'traced'}"
    return _record(trace, {}, name, None, func, inputs, keywords, strict)


def _record_module(mod, calls, strict):
    """`calls`: method -> (inputs, keyword inputs)."""
    trace = _new_trace()
    ids = {}
    root = _add(trace, mod, ids)
    for name, (inputs, keywords) in calls.items():
        _record(trace, ids, name, root, _method(mod, name), inputs, keywords, strict)
    return trace.module(root)


def _new_trace():
    from ._compiler import _compiler

    return _wick._Trace(_compiler().session)


def trace(func, example_inputs=None, optimize=None, check_trace=True, check_inputs=None, check_tolerance=1e-5, strict=True,
          example_kwarg_inputs=None, **unused):
    """Runs a function or module on example inputs, and gives what it did as a ScriptFunction or ScriptModule."""
    if isinstance(func, (ScriptModule, ScriptFunction)):
        warnings.warn("The input to trace is already a ScriptModule, tracing it is a no-op. Returning the object as is.", stacklevel=2)
        return func
    if example_inputs is None and example_kwarg_inputs is None:
        raise RuntimeError("example_inputs or example_kwarg_inputs is needed to trace")
    func, example_inputs, example_kwarg_inputs, check_inputs = _of_pytorch(
        func, example_inputs, example_kwarg_inputs, check_inputs)
    keywords = example_kwarg_inputs or {}
    inputs = () if example_inputs is None else _as_tuple(example_inputs)
    owner = getattr(func, "__self__", None)
    if isinstance(func, Module) or (isinstance(owner, Module) and func.__name__ == "forward"):
        module = func if isinstance(func, Module) else owner
        return _trace_module(module, {"forward": (inputs, keywords)}, check_trace, check_inputs, check_tolerance, strict)
    if isinstance(owner, Module):
        raise AttributeError(
            "trace doesn't support compiling individual module's functions.\nPlease use trace_module"
        )
    traced = _record_function(func, inputs, keywords, strict)
    if check_trace:
        again = lambda: _record_function(func, inputs, keywords, strict)
        for example in check_inputs or [inputs]:
            _check(func, traced, again, _as_tuple(example), keywords, check_tolerance)
    return traced


def trace_module(mod, inputs, optimize=None, check_trace=True, check_inputs=None, check_tolerance=1e-5, strict=True, **unused):
    """Runs methods of a module on example inputs (method name -> inputs), and gives a ScriptModule of what they did."""
    mod, inputs, _, check_inputs = _of_pytorch(mod, inputs, None, check_inputs)
    if not isinstance(mod, Module):
        raise AttributeError(f"expected wick.nn.Module as the first argument, got {type(mod).__name__}")
    if not isinstance(inputs, dict):
        raise AttributeError("expected a dictionary of (method_name, input) pairs")
    calls = {name: (_as_tuple(example), {}) for name, example in inputs.items()}
    return _trace_module(mod, calls, check_trace, check_inputs, check_tolerance, strict)


def _of_pytorch(module, *examples):
    """A module of PyTorch as one of wick, and its tensors as wick's."""
    if pytorch() is None:
        return (module, *examples)
    from ._torch_modules import from_torch, is_torch_module, taken_over

    return (taken_over(module) if is_torch_module(module) else module, *(map_leaves(from_torch, one) for one in examples))


def _trace_module(mod, calls, check_trace, check_inputs, tolerance, strict):
    traced = _record_module(mod, calls, strict)
    if check_trace:
        for examples in check_inputs or [None]:
            for name, (inputs, keywords) in calls.items():
                if examples is not None:
                    inputs = _as_tuple(examples[name] if isinstance(examples, dict) else examples)
                again = lambda: _method(_record_module(mod, calls, strict), name)
                _check(_method(mod, name), _method(traced, name), again, inputs, keywords, tolerance)
    return traced


def _method(module, name):
    """What is called: hooks are part of a module's forward."""
    return module if name == "forward" else getattr(module, name)


# Checking -------------------------------------------------------------------------------------------------------------


def _indent(text):
    return textwrap.indent(str(text), "\t")


def _tensors_of(outputs):
    outputs = outputs if isinstance(outputs, (tuple, list)) else [outputs]
    return [output for output in outputs if isinstance(output, _wick.Tensor)]


def _differences(traced, again):
    """How the graphs of two traces differ, and how their constants do; None where they do not."""
    # Each trace has classes of its own, and may have seen tensors of other layouts.
    own = re.compile(r"___torch_mangle_[0-9]+\.|(?<=\w)\([^()]*requires_grad=[^()]*\)")
    first, second = (own.sub("", str(one.inlined_graph)) for one in (traced, again))
    if first == second:
        return None, None
    diff = "".join(difflib.ndiff(first.splitlines(True), second.splitlines(True)))
    changed = [line for line in diff.splitlines() if line[:1] in "+-"]
    if changed and all("prim::Constant" in line for line in changed):
        return None, "\n".join(changed)
    return "Graph diff:\n" + _indent(diff), None


def _check(original, traced, trace_again, inputs, keywords, tolerance):
    """Holds a trace against the program and against another trace of it."""
    again = trace_again()

    def run(function, what):
        try:
            return _tensors_of(function(*copy.deepcopy(_detached(inputs)), **copy.deepcopy(_detached(keywords))))
        except Exception as error:
            message = f"encountered an exception while running the {what} with test inputs.\nException:\n{_indent(error)}"
            raise TracingCheckError(*_differences(traced, again), message) from error

    def agree(outputs, others, what):
        agreed = True
        for number, (output, other) in enumerate(zip(outputs, others)):
            error = _mismatch(output, other, tolerance)
            if error:
                agreed = False
                warnings.warn(
                    f"Output nr. {number + 1}. of the traced function does not match the corresponding output of the {what}. "
                    f"Detailed error:\n{error}", category=TracerWarning, stacklevel=5)
        return agreed

    of_trace = run(traced, "trace")
    if agree(of_trace, run(original, "Python function"), "Python function"):
        agree(of_trace, run(again, "repeated trace"), "repeated trace")
    differences = _differences(traced, again)
    if any(difference is not None for difference in differences):
        raise TracingCheckError(*differences)


def _detached(value):
    if isinstance(value, _wick.Tensor):
        return value.detach().requires_grad_(value.requires_grad)
    if isinstance(value, (tuple, list)):
        return type(value)(map(_detached, value))
    return {key: _detached(item) for key, item in value.items()} if isinstance(value, dict) else value


def _mismatch(output, other, tolerance):
    """How two tensors differ beyond the tolerance; None where they do not."""
    if output.shape != other.shape:
        return f"The values for attribute 'shape' do not match: {output.shape} != {other.shape}."
    with _no_grad():
        a, b = output.detach().double(), other.detach().double()
        away = (~_wick._operator("isclose")(a, b, rtol=tolerance, atol=1e-5, equal_nan=True)).sum().item()
        if not away:
            return None
        largest = (a - b).abs().max().item()
    share = 100 * away / max(math.prod(output.shape), 1)
    return f"Tensor-likes are not close!\n\nMismatched elements: {away} / {math.prod(output.shape)} ({share:.1f}%)\nGreatest absolute difference: {largest}"


def _no_grad():
    from .._grad_mode import no_grad

    return no_grad()
