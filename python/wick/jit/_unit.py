"""jit.CompilationUnit: functions from a text."""
import itertools
import linecache
import typing

import wick

_numbers = itertools.count()


class CompilationUnit:
    """Compiled functions by name, of one or several texts. Those of a text may call each other, and those of earlier ones."""

    def __init__(self, lang=None, _frames_up=0):
        self._functions = {}
        self._space = {"torch": wick, "Tensor": wick.Tensor, "__name__": "__torch__",
                       **{name: getattr(typing, name) for name in ("List", "Dict", "Tuple", "Optional", "Union", "Any", "NamedTuple")}}
        if lang is not None:
            self.define(lang)

    def define(self, lang, rcb=None, _frames_up=0):
        """Adds the functions of a text."""
        file = f"<compilation unit {next(_numbers)}>"
        linecache.cache[file] = (len(lang), None, lang.splitlines(True), file)  # where the compiler looks for a function's text
        try:
            code = compile(lang, file, "exec")
        except SyntaxError as error:
            raise wick.CompileError(str(error)) from None
        before = dict(self._space)
        exec(code, self._space)
        for name, function in list(self._space.items()):
            if before.get(name) is not function and getattr(function, "__code__", None) is not None and function.__code__.co_filename == file:
                self._functions[name] = self._space[name] = wick.jit.script(function)

    def __getattr__(self, name):
        function = self.__dict__.get("_functions", {}).get(name)
        if function is None:
            raise AttributeError(f"'CompilationUnit' has no attribute '{name}'")
        return function

    def get_functions(self):
        return list(self._functions.values())

    def __iter__(self):
        return iter(self._functions.items())
