#!/usr/bin/env python3
"""Writes the stubs of the Python package: python_stubs.py build/python/wick/__init__.pyi

Operators come from the registry, function and method, overload by overload, with their schema as docstring; everything else
is read from the package as it is imported. Run by the build (cmake/python.cmake).
"""
import keyword
import sys

import wick
from wick import _wick

HEADER = '''# Made by tools/python_stubs.py from the registry of operators.
import builtins
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union, overload

from . import MODULES

number = Union[builtins.bool, builtins.int, builtins.float, complex]
'''
OPERATOR = type(wick.relu)
# What every class has, and what only CPython asks for.
SPECIAL = {"__init__", "__new__", "__module__", "__doc__", "__dict__", "__weakref__", "__nb_signature__"}
# Annotations of schemas in Python's terms. What is a list in a schema may be any sequence in a call.
TYPES = {"Tensor": "Tensor", "int": "builtins.int", "float": "builtins.float", "bool": "builtins.bool", "str": "str", "complex": "complex", "number": "number", "dtype": "dtype",
         "Device": "Union[device, str]", "None": "None", "Any": "Any"}


def python_type(annotation, is_result=False):
    if annotation in TYPES:
        return "device" if is_result and annotation == "Device" else TYPES[annotation]
    outer, _, inner = annotation.partition("[")
    inner = inner[:-1]
    if outer == "Optional":
        return f"Optional[{python_type(inner, is_result)}]"
    if outer == "List":
        element = python_type(inner, is_result)
        return f"Tuple[{element}, ...]" if is_result and inner == "Tensor" else f"List[{element}]" if is_result else f"Sequence[{element}]"
    if outer == "Tuple":
        return f"Tuple[{', '.join(python_type(one, is_result) for one in inner.split(', '))}]"
    return "Any"


def python_name(name):
    return name + "_" if keyword.iskeyword(name) else name


def parameters(arguments, is_method):
    words = []
    for index, (name, annotation, default, keyword_only) in enumerate(arguments):
        if keyword_only and "*" not in words:
            words.append("*")
        if is_method and index == 0:
            words.append("self")
            continue
        name = "input" if name == "self" else python_name(name)
        words.append(f"{name}: {python_type(annotation)}" + ("" if default is None else " = ..."))
    return required_first(words)


def required_first(words):
    """A parameter without a default behind one with a default cannot be written; it is given by keyword then."""
    seen = False
    for index, word in enumerate(words):
        if word == "*":
            break
        if seen and not word.endswith("= ..."):
            return words[:index] + ["*"] + words[index:]
        seen = seen or word.endswith("= ...")
    return words


def definitions(name, is_method):
    signatures = [one for one in _wick._signatures(name) if concerns_tensors(one) and (not is_method or takes_self(one))]
    indent = "    " if is_method else ""
    for schema, arguments, result in signatures:
        if len(signatures) > 1:
            yield f"{indent}@overload"
        yield f"{indent}def {name}({', '.join(parameters(arguments, is_method))}) -> {python_type(result, True)}:"
        yield f'{indent}    """{schema.removeprefix("aten::")}"""'


def concerns_tensors(signature):
    _, arguments, result = signature
    return "Tensor" in result or any("Tensor" in annotation for _, annotation, _, _ in arguments)


def takes_self(signature):
    _, arguments, _ = signature
    return bool(arguments) and arguments[0][:2] == ("self", "Tensor")


def tensor_stub():
    """The class Tensor: what is its own, arithmetic, then the operators that are methods."""
    yield "class Tensor:"
    yield "    def __init__(self, other: Tensor) -> None: ..."
    unary = {"__neg__", "__invert__", "__abs__"}
    operators = set(_wick._operator_names())
    for name, value in sorted(vars(wick.Tensor).items()):
        if name in SPECIAL or (name.startswith("_") and not name.endswith("__")):
            continue
        if isinstance(value, property):
            yield f"    {name}: Any"
        elif not isinstance(value, OPERATOR):
            yield f"    def {name}(self, *args: Any, **kwargs: Any) -> Any: ..." if callable(value) else f"    {name}: Any"
        elif name.startswith("__"):
            yield f"    def {name}(self{'' if name in unary else ', other: Any'}) -> Tensor: ..."
        elif name in operators:
            yield from definitions(name, is_method=True)
        else:
            yield f"    def {name}(self) -> Tensor: ..."


def package_stub():
    """What the package has besides tensors and operators."""
    lazy = {name: getattr(wick, name) for names in wick._HOMES.values() for name in names}
    for name, value in sorted({**vars(wick), **lazy}.items()):
        if name.startswith("_") or keyword.iskeyword(name) or value is wick.Tensor:
            continue
        if isinstance(value, wick.dtype):
            yield f"{name}: dtype"
        elif value is wick.dtype:
            yield "class dtype:\n    is_floating_point: builtins.bool\n    is_complex: builtins.bool\n    is_signed: builtins.bool\n    itemsize: builtins.int"
        elif value is wick.device:
            yield "class device:\n    type: str\n    index: Optional[builtins.int]\n    def __init__(self, device: Union[str, device], index: builtins.int = ...) -> None: ..."
        elif isinstance(value, type) and issubclass(value, (wick.Error, wick.Tensor)):
            bases = (base.__name__ if base.__module__.startswith("wick") else f"builtins.{base.__name__}" for base in value.__bases__)
            yield f"class {name}({', '.join(bases)}): ..."
        elif value is wick.Size:
            yield "class Size(Tuple[builtins.int, ...]):\n    def numel(self) -> builtins.int: ..."
        elif isinstance(value, type):
            yield f"class {name}:\n    def __init__(self, *args: Any, **kwargs: Any) -> None: ..."
            yield "    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...\n    def __getattr__(self, name: str) -> Any: ..."
        elif not isinstance(value, OPERATOR) and callable(value):
            yield f"def {name}(*args: Any, **kwargs: Any) -> Any: ..."
        elif isinstance(value, (int, float)):
            yield f"{name}: builtins.{type(value).__name__}"
        elif value is None:
            yield f"{name}: None"


def main():
    own = set(vars(wick))
    modules = ", ".join(f"{name} as {name}" for name in sorted(wick._MODULES) if not name.startswith("_"))
    lines = [HEADER.replace("MODULES", modules), *package_stub(), "", *tensor_stub(), ""]
    for name in _wick._operator_names():
        if not keyword.iskeyword(name) and (name not in own or isinstance(vars(wick)[name], OPERATOR)):
            lines += definitions(name, is_method=False)
    text = "\n".join(lines) + "\n"
    compile(text, sys.argv[1], "exec")
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
