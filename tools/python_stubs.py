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
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union, overload

number = Union[bool, int, float, complex]
'''
# Annotations of schemas in Python's terms. What is a list in a schema may be any sequence in a call.
TYPES = {"Tensor": "Tensor", "int": "int", "float": "float", "bool": "bool", "str": "str", "complex": "complex", "number": "number", "dtype": "dtype",
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
    signatures = [one for one in _wick.signatures(name) if concerns_tensors(one) and (not is_method or takes_self(one))]
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


def main():
    names = [name for name in _wick.operator_names() if not keyword.iskeyword(name)]
    natives = {name for name in vars(wick.Tensor) if not isinstance(vars(wick.Tensor)[name], type(wick.relu))}
    lines = [HEADER]
    for name, value in sorted(vars(wick).items()):
        if isinstance(value, wick.dtype):
            lines.append(f"{name}: dtype")
        elif isinstance(value, type) and issubclass(value, wick.Error):
            lines.append(f"class {name}({', '.join(base.__name__ for base in value.__bases__)}): ...")
    lines += ["class dtype: ...", "class device:", "    def __init__(self, device: Union[str, device], index: int = ...) -> None: ..."]
    lines += ["", "class Tensor:"]
    for name in sorted(natives):
        if not name.startswith("_"):
            is_property = isinstance(vars(wick.Tensor)[name], property)
            lines.append(f"    {name}: Any" if is_property else f"    def {name}(self, *args: Any, **kwargs: Any) -> Any: ...")
    for name in names:
        if name not in natives:
            lines += definitions(name, is_method=True)
    lines.append("")
    for name in names:
        if name not in vars(wick) or isinstance(vars(wick)[name], type(wick.relu)):
            lines += definitions(name, is_method=False)
    text = "\n".join(lines) + "\n"
    compile(text, sys.argv[1], "exec")
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
