"""Random valid programs (fuzz/programs.grammar): what CPython prints for them, `wick run` prints.

    PYTHON -m pytest tests/oracle/random_programs.py         # a fixed number of programs
    python3 tests/oracle/random_programs.py FIRST COUNT      # any: FIRST is a seed; shows the first difference

A program is left out when it leaves what both define alike: whole numbers of more than 64 bits, very long texts and loops. Of
those that raise an exception, one ends each batch: what operators raise in compiled code is a RuntimeError, as in PyTorch. A difference is no mistake where only CPython raises, from
a computation whose value nobody reads: like PyTorch's, wick's compiler leaves such computations out. WICK_BIN is the command line (default build/bin/wick)."""
import ast
import contextlib
import io
import math
import os
import random
import re
import subprocess
import sys
import tempfile
import typing

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WICK = os.path.abspath(os.environ.get("WICK_BIN", os.path.join(ROOT, "build", "bin", "wick")))
BATCH = 50


# ---- texts --------------------------------------------------------------------------------------------

class Grammar:
    """`ways`: symbol → the texts it may stand for that Python shares; `heights`: how deep the symbols in each nest at least."""

    def __init__(self, path):
        self.ways = {}
        with open(path, encoding="utf-8") as f:
            lines = [line for line in f.read().split("\n") if line and not line.startswith("#")]
        for line in lines:
            if line.startswith("|"):
                shared = not line.startswith("|*")
                if shared:
                    ways.append(line[2:])
            elif not line.startswith("  "):
                ways = self.ways[line] = []
            elif shared:
                ways[-1] += "\n" + line[2:]
        self.symbol = re.compile(r"\{(" + "|".join([*self.ways, "define", "callee", "class"]) + r")\}")
        self.heights = {name: [math.inf] * len(ways) for name, ways in self.ways.items()}
        while True:
            heights = {name: [self.height(way) for way in ways] for name, ways in self.ways.items()}
            if heights == self.heights:
                break
            self.heights = heights

    def height(self, way):
        return 1 + max((min(self.heights[name]) for name in self.symbol.findall(way) if name in self.ways), default=0)


class Writer:
    """Writes the program of a seed. `budget`: how deep symbols may nest; each takes a random part of it."""

    def __init__(self, grammar, seed):
        self.grammar, self.seed = grammar, seed
        self.random = random.Random(seed)
        self.functions, self.names = [], 0

    def write(self, symbol, budget):
        ways, heights = self.grammar.ways[symbol], self.grammar.heights[symbol]
        limit = max(budget, min(heights))
        way = self.random.choice([way for way, height in zip(ways, heights) if height <= limit])
        defined = None
        lines = []
        for line in way.split("\n"):
            indentation = line[:len(line) - len(line.lstrip(" "))]
            pieces = self.grammar.symbol.split(line)
            for i in range(1, len(pieces), 2):
                if pieces[i] == "define":
                    pieces[i] = defined = f"f{self.seed}_{self.names}"
                    self.names += 1
                elif pieces[i] == "callee":
                    pieces[i] = self.random.choice(self.functions)
                elif pieces[i] == "class":
                    pieces[i] = f"Box{self.seed}"
                else:
                    pieces[i] = self.write(pieces[i], budget - self.random.choice((1, 2, 2, 3))).replace("\n", "\n" + indentation)
            lines.append("".join(pieces))
        if defined:
            self.functions.append(defined)
        return "\n".join(lines)


# ---- CPython ------------------------------------------------------------------------------------------

class LeftOut(Exception):
    """The program does what only one of the two defines, or too much."""


class Watched(ast.NodeTransformer):
    """Every operation, call and turn of a loop asks `watch`."""

    @staticmethod
    def asks(value):
        return ast.Call(ast.Name("watch", ast.Load()), [value], [])

    def visit_BinOp(self, node):
        return self.asks(self.generic_visit(node))

    visit_UnaryOp = visit_Call = visit_BinOp

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        target = ast.parse(ast.unparse(node.target), mode="eval").body
        return [node, ast.Expr(self.asks(target))]

    def visit_While(self, node):
        self.generic_visit(node)
        node.body.insert(0, ast.Expr(self.asks(ast.Constant(0))))
        return node

    visit_For = visit_While


class Watch:
    def __init__(self):
        self.count = 0

    def __call__(self, value):
        self.count += 1
        if self.count > 20000:
            raise LeftOut("steps")
        if isinstance(value, int) and not -2**63 <= value < 2**63 or isinstance(value, complex):
            raise LeftOut("number")
        if isinstance(value, (str, list, dict)) and len(value) > 1000:
            raise LeftOut("length")
        return value


def run_python(text):
    """(output, name of the exception that ended it or None)"""
    tree = ast.fix_missing_locations(Watched().visit(ast.parse(text)))
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(tree, "program.py", "exec"), {"watch": Watch(), "__name__": "__main__"})
    except (LeftOut, OverflowError, RecursionError, MemoryError) as error:
        raise LeftOut(str(error)) from error
    except Exception as error:
        return out.getvalue(), type(error).__name__
    return out.getvalue(), None


# ---- wick ---------------------------------------------------------------------------------------------

def run_wick(text):
    """(output, name of the exception that ended it or None, all that it says of it)"""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as f:
        f.write(text)
        f.flush()
        done = subprocess.run([WICK, "run", f.name], capture_output=True, text=True, timeout=120)
    if done.returncode == 0:
        return done.stdout, None, ""
    last = done.stderr.rstrip("\n").split("\n")[-1]
    named = re.match(r"(\w+)(:|$)", last)
    return done.stdout, named.group(1) if named and "Traceback" in done.stderr else "refused", done.stderr


def equal(expected, given):
    return expected[0] == given[0] and (expected[1] == given[1] or (expected[1] and given[1] == "RuntimeError"))


def differences(grammar, seeds):
    """For each program that differs: its text, what CPython gives, what wick gives."""
    results, raising = {}, None
    for seed in seeds:
        text = Writer(grammar, seed).write("program", 14)
        try:
            results[text] = run_python(text)
        except LeftOut:
            continue
        if results[text][1]:
            if raising:
                del results[raising]
            raising = text
    if raising:
        results[raising] = results.pop(raising)
    together = "".join(output for output, _ in results.values()), results[raising][1] if raising else None
    if equal(together, run_wick("\n".join(results))):
        return len(results), []
    found = [(text, expected, run_wick(text)) for text, expected in results.items()]
    found = [(text, expected, given) for text, expected, given in found if not equal(expected, given)]
    return len(results), found or [("\n".join(results), together, ("", "", "what they give together differs from what each gives"))]


def test_random_programs():
    grammar = Grammar(os.path.join(ROOT, "fuzz", "programs.grammar"))
    compared = 0
    for first in range(0, 1000, BATCH):
        count, found = differences(grammar, range(first, first + BATCH))
        assert not found, "\n----\n".join(map(str, found[0]))
        compared += count
    assert compared > 500


def main(first, count):
    grammar = Grammar(os.path.join(ROOT, "fuzz", "programs.grammar"))
    compared = failed = 0
    for begin in range(first, first + count, BATCH):
        number, found = differences(grammar, range(begin, min(begin + BATCH, first + count)))
        compared += number
        failed += len(found)
        for text, expected, given in found[:3]:
            print(text, "---- CPython", expected[0], expected[1] or "", "---- wick", given[0], given[2], "=" * 80, sep="\n")
        if found and "--all" not in sys.argv:
            break
    print(f"{compared} programs compared, {failed} differ")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
