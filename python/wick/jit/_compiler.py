"""Python's objects as programs: wick.jit.script.

A function or class is its text (by inspect) and the values of the names in it (its globals and closure). Both go to one
Session of the process, in which wick's own front end compiles them. What is of torch.nn, wick's or PyTorch's, is the layer
of that name in wick's library; any other module is compiled from its Python text, with its parameters as they are, not copied.
"""
import ast
import builtins
import enum
import inspect
import linecache
import sys
import textwrap
import types
import typing

from .. import _wick
from .._pytorch import pytorch
from .._wick import ScriptFunction, ScriptModule
from ..autograd.function import Function
from ..nn.modules.module import INTERNAL, Module

# Modules that a session knows under their own names.
_NAMESPACES = {
    "torch", "math", "cmath", "typing", "typing_extensions", "enum", "dataclasses", "collections", "collections.abc", "functools",
    "warnings", "abc", "copy",
}
# Values that are the same in a program.
_PLAIN = (bool, int, float, complex, str, _wick.Tensor, _wick.dtype, _wick.device, ScriptFunction)
_OPERATOR_MODULES = ("torch", "torch._C._nn", "torch.nn.functional", "torch.linalg", "torch.fft", "torch.special")


def script(obj):
    """A module, class or function in compiled form."""
    if isinstance(obj, (ScriptModule, ScriptFunction)):
        return obj
    if _is_module(obj):
        return _compiler().script_module(obj)
    if isinstance(obj, type):
        _compiler().value_of(obj)
        return obj
    if inspect.isfunction(obj) or inspect.ismethod(obj):
        return _compiler().script_function(obj)
    raise TypeError(f"wick.jit.script takes a module, a class or a function, not a {type(obj).__name__}")


def module_around(function):
    """A ScriptModule whose forward the ScriptFunction is."""
    return _compiler().session.module_around(function)


_the_compiler = None


def _compiler():
    global _the_compiler
    if _the_compiler is None:
        _the_compiler = _Compiler()
    return _the_compiler


def _torch_name(module):
    """The name that programs have for a module: wick.nn.functional is torch.nn.functional."""
    return "torch" + module[len("wick"):] if module == "wick" or module.startswith("wick.") else module


def _is_namespace(module):
    return module in _NAMESPACES or module.startswith("torch.")


def _is_module(obj):
    return isinstance(obj, Module) or _is_torch(obj, "nn.Module")


def _is_torch(obj, name):
    """Whether `obj` is of a class of an installed PyTorch that somebody has imported."""
    found = pytorch()
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is not None and isinstance(obj, found)


class _Unknown(Exception):
    """A Python value that means nothing in a program."""


class _Compiler:
    def __init__(self):
        self.session = _wick._Session()
        self.known = {}  # id of a function or class -> (it, its thing)
        self.shared_tensors = {}  # id of a tensor of PyTorch -> (it, the tensor over its memory)
        self.objects = {}  # id of an object of a script class -> (it, the session's)
        self.python_modules = {}  # name of a module of Python's -> the scope with its attributes
        self.waiting = {}  # id of one that is being defined -> (scope, name) of those who wait for it

    def script_module(self, module):
        self.shared_tensors.clear()
        self.objects.clear()
        return self.session.script_module(self.module(module, {}))

    def script_function(self, function):
        return self.session.script_function(self.value_of(function))

    # Modules ----------------------------------------------------------------------------------------------------------

    def module(self, module, made):
        """The module as one of the session; `made` has those that stand in several places."""
        if id(module) in made:
            return made[id(module)]
        attributes = {"training": module.training, "_is_full_backward_hook": None}
        for name, value in vars(module).items():
            if name in attributes or name in INTERNAL or _is_internal(name):
                continue
            attributes[name] = self.attribute_of(value)
        thing = made[id(module)] = self.session.module(
            self.value_of(type(module)),
            {name: self.shared(value) for name, value in module._parameters.items()},
            {name: self.shared(value) for name, value in module._buffers.items()},
            {name: None if value is None else self.module(value, made) for name, value in module._modules.items()},
            attributes,
        )
        return thing

    def attribute_of(self, value):
        """An attribute of a module: a value, or an object of a class that is compiled too. Who uses one that is neither is told
        that there is no such attribute, and why."""
        if type(value) in (list, tuple):
            return type(value)(map(self.attribute_of, value))
        if _is_module(value):
            return self.module(value, {})
        try:
            if isinstance(value, dict):
                return {self.value_of(key): self.attribute_of(item) for key, item in value.items()}
            return self.value_of(value)
        except _Unknown:
            if not _is_object(value):
                return self.opaque(value)
        if id(value) not in self.objects:
            attributes = {name: self.attribute_of(inner) for name, inner in vars(value).items()}
            self.objects[id(value)] = (value, self.session.object(self.value_of(type(value)), attributes))
        return self.objects[id(value)][1]

    # Values -----------------------------------------------------------------------------------------------------------

    def value_of(self, value):
        """What a Python value is in a program; _Unknown when it is nothing there."""
        if value is None or (isinstance(value, _PLAIN) and not isinstance(value, enum.Enum)):
            return value
        if type(value) is list:
            return list(map(self.value_of, value))
        if type(value) is tuple or type(value).__name__ == "Size":
            return tuple(map(self.value_of, value))
        if isinstance(value, dict):
            return {self.value_of(key): self.value_of(item) for key, item in value.items()}
        if isinstance(value, types.ModuleType):
            name = _torch_name(value.__name__)
            if not _is_namespace(name):
                raise _Unknown(value)
            return self.session.namespace(name)
        if type(value).__module__ == "torch._jit_internal":
            found = self.session.attribute("typing", type(value).__name__.removesuffix("Cls"))  # BroadcastingList2
            if found is None:
                raise _Unknown(value)
            return found
        if type(value).__module__ == "torch" or _is_torch(value, "Tensor"):
            return self.torch_value(value)
        if type(value).__module__ == "typing" or isinstance(value, types.GenericAlias):
            return self.annotation(value)
        if id(value) not in self.known:
            self.known[id(value)] = (value, self.define(value))
        return self.known[id(value)][1]

    def opaque(self, value):
        """What stands for a value that programs can't use, which they are told when they do."""
        refusal = ""
        if isinstance(value, types.BuiltinFunctionType):
            refusal = f"Python builtin {value!r} is currently not supported in Torchscript"
        elif _is_lambda(value):
            refusal = "Expected a single top-level function"
        return self.session.opaque(type(value).__name__, refusal)

    def left_to_python(self, value):
        """An object that programs call in Python, with the types that its annotations say, or tensors; None where it is no such
        object."""
        if not callable(value) or _is_module(value) or isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
            return None
        try:
            signature = inspect.signature(value)
            parameters = signature.parameters.values()
            if any(parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) for parameter in parameters):
                return None
            kinds = {parameter.name: self.type_of(parameter.annotation) for parameter in parameters}
            kinds["return"] = self.type_of(signature.return_annotation)
        except (TypeError, ValueError, _Unknown):
            return None
        return self.session.foreign_function(getattr(value, "__name__", "<python_value>"), value, kinds)

    def type_of(self, annotation):
        if annotation is inspect.Parameter.empty:
            annotation = _wick.Tensor
        is_builtin = isinstance(annotation, type) and annotation.__module__ == "builtins"
        return self.annotation(annotation) if is_builtin else self.value_of(annotation)

    def torch_value(self, value):
        if _is_torch(value, "Tensor"):
            return self.shared(value)
        if _is_torch(value, "dtype"):
            return getattr(_wick, str(value).removeprefix("torch."))
        if _is_torch(value, "device"):
            return _wick.device(str(value))
        raise _Unknown(value)

    def shared(self, tensor):
        """The tensor itself; one of PyTorch's as a tensor over its memory, the same wherever it stands."""
        if tensor is None or isinstance(tensor, _wick.Tensor):
            return tensor
        if id(tensor) not in self.shared_tensors:
            over = _wick._from_array(tensor.detach())
            over.requires_grad = tensor.requires_grad
            self.shared_tensors[id(tensor)] = (tensor, over)
        return self.shared_tensors[id(tensor)][1]

    def annotation(self, value):
        """int, List[int] and their like as a value: by its text."""
        if isinstance(value, (typing.TypeVar, typing.ParamSpec)):
            raise _Unknown(value)
        text = (value.__name__ if isinstance(value, type) else repr(value)).replace("typing.", "").replace("NoneType", "None")
        for tensor in ("wick.Tensor", "torch.Tensor"):
            text = text.replace(tensor, "Tensor")
        scope = self.session.scope("__torch__")
        scope.set("Tensor", self.session.attribute("torch", "Tensor"))
        for name in {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}:
            if hasattr(typing, name):
                scope.set(name, self.session.attribute("typing", name))
        self.session.execute(scope, f"annotation = {text}", "<annotation>", 1)
        return scope.get("annotation")

    def define(self, value):
        """A function or class: that of the library where it is one, else compiled from its text."""
        name = getattr(value, "__name__", "")
        home = _torch_name(getattr(value, "__module__", None) or "")
        is_definition = isinstance(value, (type, types.FunctionType))
        if isinstance(value, type) and issubclass(value, Function):
            scope = self.session.scope(name)
            scope.set("apply", self.session.foreign_function(name, value.apply, None))
            return self.session.module_of(name, scope)
        if isinstance(value, types.MethodType) and value.__func__ is Function.apply.__func__:
            return self.session.foreign_function(value.__self__.__name__, value, None)
        if value is _wick.Tensor or (isinstance(value, type) and (home, name) == ("torch", "Tensor")):
            return self.session.attribute("torch", "Tensor")
        if isinstance(value, type(_wick._operator("add"))):
            return self.operator(name)
        if _is_namespace(home):
            # PyTorch defines names elsewhere than where programs find them: torch.jit's in torch._jit_internal.
            elsewhere = ("torch.nn", "torch.jit", "torch") if home.startswith("torch") and is_definition else ()
            for place in (home, *elsewhere):
                found = self.session.attribute(place, name)
                if found is not None:
                    return found
        elif isinstance(value, types.BuiltinFunctionType):
            return self.operator(name)  # torch.relu and its like have no module
        if is_definition and home not in ("builtins", "typing") and not _is_lambda(value):
            return self.from_text(value)
        raise _Unknown(value)

    def operator(self, name):
        for module in _OPERATOR_MODULES:
            found = self.session.attribute(module, name)
            if found is not None:
                return found
        prefix, _, rest = name.partition("_")
        found = self.session.attribute(f"torch.{prefix}", rest) if rest else None
        if found is None:
            raise _Unknown(name)
        return found

    # Texts ------------------------------------------------------------------------------------------------------------

    def from_text(self, value):
        if hasattr(value, "__script_unsupported"):
            raise RuntimeError("TorchScript error: " + getattr(value, "__script_unsupported"))
        try:
            lines, first, file = _source_of(value)
        except OSError:
            if not _is_named_tuple(value):
                raise
            return self.named_tuple(value)
        text = textwrap.dedent("".join(lines))
        tree = ast.parse(text).body[0]
        module = getattr(value, "__module__", "__main__")
        scope = self.session.scope("__torch__" if module == "__main__" else f"__torch__.{_torch_name(module)}")
        waiting = self.waiting[id(value)] = []
        try:
            self.set_names(scope, value, tree)
            if isinstance(tree, ast.FunctionDef):
                text = _without_decorators(text, tree)
            self.session.execute(scope, text, file, first)
        finally:
            del self.waiting[id(value)]
        thing = scope.get(tree.name)
        for node in tree.body if isinstance(value, type) else [tree]:
            if any(_name_of_decorator(decorator) == "ignore" for decorator in getattr(node, "decorator_list", ())):
                self.session.leave_to_python(thing, node.name, getattr(value, node.name, value))
        for other, name in waiting:
            other.set(name, thing)
        return thing

    def named_tuple(self, value):
        """One that a call of collections.namedtuple has made: fields that say no type are tensors."""
        scope = self.session.scope(f"__torch__.{_torch_name(value.__module__)}")
        types_of = typing.get_type_hints(value)
        lines = [f"class {value.__name__}(NamedTuple):"]
        scope.set("NamedTuple", self.session.attribute("typing", "NamedTuple"))
        for at, field in enumerate(value._fields):
            kind = types_of.get(field, _wick.Tensor)
            kind_text = f"type_{at}"
            if getattr(kind, "__module__", None) == "builtins" and isinstance(kind, type):
                kind_text = kind.__name__
            else:
                scope.set(kind_text, self.value_of(kind))
            default = ""
            if field in value._field_defaults:
                scope.set(f"default_{at}", self.value_of(value._field_defaults[field]))
                default = f" = default_{at}"
            lines.append(f"    {field}: {kind_text}{default}")
        self.session.execute(scope, "\n".join(lines) + "\n", "<named tuple>", 1)
        return scope.get(value.__name__)

    def set_names(self, scope, value, tree):
        """Gives the scope of a definition the values of the names in it."""
        values = _names_around(value)
        for name in _free_names(tree):
            if name != tree.name and name in values:
                self.set_name(scope, name, values[name])
        for name, *attributes in _attribute_paths(tree):
            if name != tree.name:
                self.set_attributes(scope, name, values.get(name), attributes)

    def set_name(self, scope, name, value):
        try:
            if id(value) in self.waiting:
                # Functions may refer to each other.
                self.waiting[id(value)].append((scope, name))
                raise _Unknown(value)
            known = self.value_of(value)
        except (_Unknown, OSError):
            known = self.left_to_python(value) or self.opaque(value)
        scope.set(name, known)

    def set_attributes(self, scope, name, module, attributes):
        """helper.inner.function: modules of Python's on the way get what is used of them."""
        if not _is_python_module(module) or not attributes or not hasattr(module, attributes[0]):
            return
        own = self.python_modules.get(module.__name__)
        if own is None:
            own = self.python_modules[module.__name__] = self.session.scope(module.__name__)
        first, *rest = attributes
        value = getattr(module, first)
        if not own.has(first):
            if _is_library(module) and not isinstance(value, (*_PLAIN, types.ModuleType)):
                own.set(first, self.opaque(value))  # its texts are none of the language
            else:
                self.set_name(own, first, value)
        self.set_attributes(own, first, value, rest)
        scope.set(name, self.session.module_of(module.__name__, own))


def _is_object(value):
    """Of a class of the user's: one whose text there is, with attributes."""
    kind = type(value)
    return hasattr(value, "__dict__") and isinstance(kind.__init__, types.FunctionType) and not isinstance(value, (type, types.FunctionType))


def _is_lambda(value):
    return isinstance(value, types.FunctionType) and value.__name__ == "<lambda>"


def _is_named_tuple(value):
    return isinstance(value, type) and issubclass(value, tuple) and hasattr(value, "_fields")


def _is_python_module(value):
    """A module that is no namespace of programs."""
    return isinstance(value, types.ModuleType) and not _is_namespace(_torch_name(value.__name__))


def _is_library(module):
    return module.__name__.partition(".")[0] in (*sys.stdlib_module_names, "numpy")


def _is_internal(name):
    """What PyTorch's modules keep about themselves."""
    return name.startswith("_") and (name.endswith(("_hooks", "_hooks_with_kwargs", "_hooks_always_called", "_set", "_impl")) or name in INTERNAL)


def _source_of(value):
    """(lines, number of the first, file) of a definition. That of a class is where its methods stand, in a notebook too."""
    for member in vars(value).values() if isinstance(value, type) else ():
        if not isinstance(member, types.FunctionType) or member.__qualname__ != f"{value.__qualname__}.{member.__name__}":
            continue
        file, at = member.__code__.co_filename, member.__code__.co_firstlineno
        lines = linecache.getlines(file)
        for node in ast.walk(ast.parse("".join(lines))):
            if isinstance(node, ast.ClassDef) and node.name == value.__name__ and node.lineno <= at <= node.end_lineno:
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                return lines[first - 1 : node.end_lineno], first, file
    try:
        lines, first = inspect.getsourcelines(value)
        return lines, first, inspect.getsourcefile(value)
    except (OSError, TypeError) as error:
        raise OSError(f"the source of {value!r}, which wick.jit.script compiles, cannot be had: {error}") from None


def _names_around(value):
    """The globals and the closure of a function, or of the methods of a class."""
    functions = [value]
    names = {}
    if isinstance(value, type):
        names.update(vars(sys.modules.get(value.__module__, builtins)))
        functions = [getattr(member, "__func__", getattr(member, "fget", member)) for member in vars(value).values()]
    for function in functions:
        function = inspect.unwrap(function) if callable(function) else function
        if not isinstance(function, types.FunctionType):
            continue
        names.update(function.__globals__)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            try:
                names[name] = cell.cell_contents
            except ValueError:
                pass  # not assigned yet
    if isinstance(value, type):
        # Names of the function around it, that only its bases or its body use.
        for base in value.__bases__:
            if base is not object:  # which programs have themselves
                names.setdefault(base.__name__, base)
    return names


def _free_names(tree):
    """The names in a definition, in order, and those in the annotations that are texts."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found[node.id] = None
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            found[node.value] = None
    return found


def _attribute_paths(tree):
    """name.attribute.attribute…, as tuples, each as long as it is written."""
    paths = {}
    for node in ast.walk(tree):
        path = []
        while isinstance(node, ast.Attribute):
            path.append(node.attr)
            node = node.value
        if path and isinstance(node, ast.Name):
            paths[(node.id, *reversed(path))] = None
    return paths


def _without_decorators(text, tree):
    """The text without lines of decorators that made the object which is being scripted, but for those that say what a function
    is to the compiler; lines keep their numbers."""
    lines = text.split("\n")
    for decorator in tree.decorator_list:
        if _name_of_decorator(decorator) in ("ignore", "unused"):
            continue
        for at in range(decorator.lineno - 1, decorator.end_lineno):
            lines[at] = ""
    return "\n".join(lines)


def _name_of_decorator(decorator):
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return getattr(called, "attr", getattr(called, "id", None))
