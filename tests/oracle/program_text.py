"""The texts that PyTorch's compiler makes of a conformance program, and those that wick makes of the same text: the code records of its
archive, and the graphs of everything that was compiled. Both get the program's definitions only, so that nothing runs."""
import ast
import io
import linecache
import os
import re
import shutil
import subprocess
import sys
import types
import zipfile

import torch

import corpus
from graph_text import plain_graph
from pytorch_state import forget

# Texts that differ, and why. An entry that is needed no more fails.
OTHER_CODE = {
    "literals/floats": "PyTorch writes whole floats from 1e10 on without a point, and so makes ints of them",
    "magic_methods/division": "PyTorch evaluates the left operand of % twice, to look at its type",
    "tasks/remote_calls": "PyTorch writes remote calls without their arguments, and cannot read that",
    "slicing/slice_objects": "bounds that slice(…) leaves out are None here, as those of a:b, and numbers in PyTorch",
}
NUMBERS = "only the numbers of values differ, by nodes that PyTorch's compiler has made and removed: "
# The reasons name where the texts part.
OTHER_GRAPHS = {
    "containers/module_list_index": NUMBERS + "for the tuple that a slice of a ModuleList is, whose members are loaded at each use",
    "functions/grad_decorators": "PyTorch places what a decorator of torch's has taken over in the decorator's file",
    "literals/floats": OTHER_CODE["literals/floats"],
    "literals/unicode_text": "PyTorch writes the bytes of text outside ASCII as something that does not read back",
    "magic_methods/division": OTHER_CODE["magic_methods/division"],
    "modules/convolutional": "PyTorch's text of an assertion in torch.nn is in no file",
    "slicing/slice_objects": OTHER_CODE["slicing/slice_objects"],
}
# Without calls; the numbers of values are not compared.
OTHER_INLINED = {
    name: OTHER_GRAPHS[name]
    for name in (
        "functions/grad_decorators",
        "literals/floats",
        "literals/unicode_text",
        "magic_methods/division",
        "modules/convolutional",
        "slicing/slice_objects",
    )
} | {"with/autocast": "PyTorch writes casts into the functions that it takes in, which the interpreter makes here"}


def definitions(program):
    """The program's text up to the first statement that is no definition."""
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign)
    rest = [s for s in program.tree.body if not isinstance(s, kinds) or corpus.has_call_of_module(s, program)]
    lines = program.text.split("\n")
    return "\n".join(lines[:rest[0].lineno - 1] if rest else lines) + "\n"


def scripted(program):
    """The entry as PyTorch scripts it; its classes and functions are of the module __main__, whose name texts leave out."""
    forget()
    linecache.checkcache(program.path)
    module = types.ModuleType("__main__")
    module.__file__ = program.path
    replaced, sys.modules["__main__"] = sys.modules["__main__"], module
    try:
        corpus.execute(ast.parse(definitions(program), program.path).body, program, module)
        entry = module.__dict__[program.entry]
        return torch.jit.script(entry() if isinstance(entry, type) else entry)
    finally:
        sys.modules["__main__"] = replaced


def plain(text):
    """Without what only counts: of mangled names, of warnings. The order of constants is that of a hash
    table in PyTorch."""
    numbers = {}
    text = re.sub(r"___torch_mangle_(\d+)", lambda m: f"___torch_mangle_{numbers.setdefault(m.group(1), len(numbers))}", text)
    text = re.sub(r"warn_id=\d+", "warn_id", text)
    return re.sub(r"(?:  \w+ : Final\[.*\n)+", lambda m: "".join(sorted(m.group().splitlines(True))), text)


def code_of(archive):
    """All code records of an archive as one text."""
    with zipfile.ZipFile(archive) as file:
        records = [name for name in file.namelist() if re.search(r"/code/.*\.py$", name)]
        return plain("".join(f"==== {name.split('/', 1)[1]}\n{file.read(name).decode()}" for name in records))


def pytorch_code(program):
    file = io.BytesIO()
    torch.jit.save(scripted(program), file)
    return code_of(file)


def written(program, folder):
    """The definitions as a file of the program's name."""
    path = os.path.join(folder, os.path.basename(program.path))
    with open(path, "w", encoding="utf-8") as file:
        file.write(definitions(program))
    for name in os.listdir(os.path.dirname(program.path)):
        if os.path.isdir(beside := os.path.join(os.path.dirname(program.path), name)):  # what the program may import
            shutil.copytree(beside, os.path.join(folder, name), dirs_exist_ok=True)
    return path


def wick(binary, *arguments):
    done = subprocess.run([binary, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def wick_code(binary, program, folder):
    archive = os.path.join(folder, "model.pt")
    wick(binary, "compile", written(program, folder), "--entry", program.entry, "-o", archive)
    return code_of(archive)


def with_own_places(graph, program):
    """With the places in the program's own text and in operators' only: the library is another text here."""
    own = (os.path.basename(program.path), "<string>")
    return re.sub(r" *# (?:\S*/)?(\S+?)(:\d+:\d+)$", lambda m: f" # {m.group(1)}{m.group(2)}" if m.group(1) in own else "", graph, flags=re.M)


def graphs_text(graphs, program):
    """Of functions and methods, but not of the module that wick puts around the entry to save it."""

    # The library's texts here do without what PyTorch's ask of other tensor libraries, by which its values are numbered.
    def text_of(name, graph):
        graph = with_own_places(graph, program)
        return f"=== {name}\n{plain_graph(graph) if name.startswith('__torch__.torch.') else graph}"

    return plain("".join(text_of(*named) for named in sorted(graphs) if ".PlaceholderModule." not in named[0]))


def pytorch_graphs(program):
    """Of all functions that scripting the entry has compiled: those that it calls, and the methods of classes."""
    kept = scripted(program)
    functions = torch.jit._state._python_cu.get_functions()
    graphs = [(function.qualified_name, str(function.graph)) for function in functions]
    del kept
    return graphs_text(graphs, program)


def wick_graphs(binary, program, folder):
    text = wick(binary, "graph", written(program, folder), "--entry", program.entry, "--all")
    return graphs_text([part.split("\n", 1) for part in text.split("=== ")[1:]], program)


def inlined_text(graph, program):
    """Without the module that wick puts around the entry to save it."""
    graph = re.sub(r"%self[\w.]* : __torch__.PlaceholderModule", "", graph)
    return plain(plain_graph(with_own_places(graph, program)))


def pytorch_inlined(program):
    return inlined_text(str(scripted(program).inlined_graph), program)


def wick_inlined(binary, program, folder):
    return inlined_text(wick(binary, "graph", written(program, folder), "--entry", program.entry, "--inlined"), program)
