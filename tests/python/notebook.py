"""Runs a notebook's cells in order without Jupyter. As a program it writes what they gave into the notebook:

    PYTHONPATH=build/python python tests/python/notebook.py examples/notebook/hybrid.ipynb
"""
import ast
import contextlib
import io
import json
import linecache
import sys


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def run(notebook):
    """For each code cell what it printed, and the value of the expression that it ends with, or None."""
    names = {"__name__": "__main__"}
    results = []
    for number, cell in enumerate(code_cells(notebook), 1):
        text = "".join(cell["source"])
        file = f"<cell {number}>"
        # Where inspect finds the source of functions that a cell defines.
        linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
        body = ast.parse(text, file)
        last = ast.Expression(body.body.pop().value) if isinstance(body.body[-1], ast.Expr) else None
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(body, file, "exec"), names)
            value = None if last is None else eval(compile(last, file, "eval"), names)
        results.append((printed.getvalue(), value))
    return results


def outputs(number, printed, value):
    """What a cell gave, as notebooks keep it."""
    kept = []
    if printed:
        kept.append({"name": "stdout", "output_type": "stream", "text": printed.splitlines(keepends=True)})
    if value is not None:
        data = {"text/plain": repr(value).splitlines(keepends=True)}
        if hasattr(value, "_repr_svg_"):
            data["image/svg+xml"] = value._repr_svg_().splitlines(keepends=True)
        kept.append({"data": data, "execution_count": number, "metadata": {}, "output_type": "execute_result"})
    return kept


def write(path):
    notebook = read(path)
    for number, (cell, result) in enumerate(zip(code_cells(notebook), run(notebook)), 1):
        cell["execution_count"], cell["outputs"] = number, outputs(number, *result)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(notebook, file, indent=1, ensure_ascii=False)
        file.write("\n")


if __name__ == "__main__":
    write(sys.argv[1])
