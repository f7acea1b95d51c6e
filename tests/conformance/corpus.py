"""The programs of this folder, and how CPython and PyTorch's own scripting run them. README.md tells the conventions."""
import ast
import contextlib
import io
import linecache
import os
import re
import sys
import types
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))


class Program:
    """One text: `name` is "group/file"; `remark` is "TorchScript", "Extension" or None; `entry` is "main", "Main" or None."""

    def __init__(self, name):
        self.name = name
        self.path = os.path.join(HERE, name + ".py")
        self.out_path = os.path.join(HERE, name + ".out")
        with open(self.path, encoding="utf-8") as f:
            self.text = f.read()
        remarks = re.findall(r"^# (TorchScript|Extension): ", self.text, re.MULTILINE)
        self.remark = remarks[0] if remarks else None
        self.tree = ast.parse(self.text, self.path)
        defined = {s.name for s in self.tree.body if isinstance(s, (ast.FunctionDef, ast.ClassDef))}
        self.entry = next((entry for entry in ("main", "Main") if entry in defined), None)

    @property
    def needs_torch(self):
        return re.search(r"^(import|from) torch", self.text, re.MULTILINE) is not None

    @property
    def expected(self):
        with open(self.out_path, encoding="utf-8") as f:
            return f.read()

    @property
    def raises(self):
        """Does an exception end the program?"""
        return self.expected.splitlines()[-1:] != [] and self.expected.splitlines()[-1].startswith("! ")


def all_programs():
    names = []
    for group in sorted(os.listdir(HERE)):
        folder = os.path.join(HERE, group)
        if os.path.isdir(folder):
            names += [f"{group}/{file[:-3]}" for file in sorted(os.listdir(folder)) if file.endswith(".py")]
    return [Program(name) for name in names]


def message_of(error):
    """An exception's message, without the traceback that PyTorch puts before it."""
    if isinstance(error, AssertionError):
        return f"AssertionError: {error}"
    traceback, _, rest = str(error).rpartition("<--- HERE\n")
    found = re.search(r"^(?:RuntimeError|builtins\.\w+): (.*)", rest.rstrip("\n"), re.MULTILINE | re.DOTALL)
    return found.group(1) if traceback and found else str(error)


def output_of(action):
    """What an action prints; an exception ends it with the line "! message"."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            action()
        except Exception as error:
            out.write("! " + message_of(error) + "\n")
    return out.getvalue()


def new_module(program):
    """An empty module in whose name the program's functions and classes are found by inspect."""
    linecache.checkcache(program.path)
    module = types.ModuleType("conformance_" + program.name.replace("/", "_"))
    module.__file__ = program.path
    sys.modules[module.__name__] = module
    return module


def execute(statements, program, module):
    """Runs statements of the program; what it imports may be files beside it."""
    sys.path.insert(0, os.path.dirname(program.path))
    try:
        exec(compile(ast.Module(statements, []), program.path, "exec"), module.__dict__)
    finally:
        sys.path.pop(0)


def run_python(program):
    """The output of the program in CPython."""
    return output_of(lambda: execute(program.tree.body, program, new_module(program)))


class Refused(Exception):
    """torch.jit.script does not take the program."""


def script(program):
    """Runs the program's definitions and scripts those that its other statements name; returns its module and those statements.

    A function becomes a ScriptFunction; of a class that derives from nn.Module, each new instance becomes a ScriptModule."""
    import torch

    def scripted(value):
        try:
            return torch.jit.script(value)
        except Exception as error:
            raise Refused(str(error)) from error

    definitions = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign)
    first = next(i for i, s in enumerate(program.tree.body) if not isinstance(s, definitions) or has_call_of_module(s, program))
    module = new_module(program)
    execute(program.tree.body[:first], program, module)
    rest = program.tree.body[first:]
    for name in sorted({node.id for s in rest for node in ast.walk(s) if isinstance(node, ast.Name)}):
        value = module.__dict__.get(name)
        if isinstance(value, types.FunctionType):
            module.__dict__[name] = scripted(value)
        elif isinstance(value, type) and issubclass(value, torch.nn.Module):
            module.__dict__[name] = lambda *args, of=value, **kwargs: scripted(of(*args, **kwargs))
    return module, rest


def has_call_of_module(statement, program):
    """Is it `m = Main()`? Other assignments between the definitions (namedtuples, type aliases) are definitions too."""
    classes = {s.name for s in program.tree.body if isinstance(s, ast.ClassDef)}
    return isinstance(statement, ast.Assign) and any(isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in classes
                                                     for n in ast.walk(statement))


def run_scripted(program):
    """The output of the program when PyTorch has scripted its functions and modules. Throws Refused."""
    refusal = []

    def action():
        try:
            module, rest = script(program)
            execute(rest, program, module)
        except Refused as error:
            refusal.append(error)

    text = output_of(action)
    if refusal:
        raise refusal[0]
    return text
