"""The conformance programs in CPython, in PyTorch's scripting, and in PyTorch from the archives that wick saves; their texts as
both compile them; and what PyTorch says of the mistakes in tests/errors/program.

    PYTHON -m pytest tests/oracle/conformance.py [-k NAME]

PYTHON has PyTorch 2.13 and pytest; WICK_BIN is the command line (default build/bin/wick)."""
import difflib
import os
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests", "conformance"), os.path.join(ROOT, "tests", "oracle")]

import corpus

torch = pytest.importorskip("torch", minversion="2.13")
import program_text

WICK = os.path.abspath(os.environ.get("WICK_BIN", os.path.join(ROOT, "build", "bin", "wick")))
ALL = corpus.all_programs()


def each(wanted):
    return pytest.mark.parametrize("program", [pytest.param(p, id=p.name) for p in ALL if wanted(p)])


@each(lambda p: p.remark != "TorchScript")
def test_python(program):
    assert corpus.run_python(program) == program.expected


@each(lambda p: p.remark != "Extension")
def test_scripted(program):
    assert corpus.run_scripted(program) == program.expected


@each(lambda p: p.remark == "Extension" and p.entry)
def test_is_extension(program):
    """PyTorch refuses what is marked as an extension, or makes something else of it."""
    try:
        assert corpus.run_scripted(program) != program.expected
    except corpus.Refused:
        pass


@each(lambda p: p.remark == "TorchScript")
def test_differs_from_python(program):
    assert corpus.run_python(program) != program.expected


# What PyTorch gets wrong in archives too, and why.
WRONG_IN_PYTORCH = {
    "lists/augmented_argument": "what is written to a list after += is dropped as dead code",
    "refinement/any_is_none": "a value of type Any is never None",
}


@each(lambda p: p.entry and not p.raises and not p.name.startswith("recursion/"))
def test_archive(program, tmp_path):
    """The archive that wick saves, loaded and called by PyTorch; which compiles no recursion. Of a program that raises nothing is
    saved."""
    archive = str(tmp_path / "model.pt")
    done = subprocess.run([WICK, "compile", program.path, "--entry", program.entry, "-o", archive], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    module = torch.jit.load(archive)
    assert (corpus.output_of(module) == program.expected) == (program.name not in WRONG_IN_PYTORCH)


def assert_same_text(ours, theirs, other):
    """`other`: the program is known to have another text."""
    if other:
        assert ours != theirs, "its texts are equal: the exception is needed no more"
    elif ours != theirs:
        lines = difflib.unified_diff(theirs.split("\n"), ours.split("\n"), "PyTorch", "wick", n=2, lineterm="")
        pytest.fail("\n".join(list(lines)[:60]), pytrace=False)


@each(lambda p: p.remark != "Extension" and p.entry)
def test_code(program, tmp_path):
    """The archive that wick saves holds the code that PyTorch's own holds."""
    ours, theirs = program_text.wick_code(WICK, program, tmp_path), program_text.pytorch_code(program)
    assert_same_text(ours, theirs, program.name in program_text.OTHER_CODE)


@each(lambda p: p.remark != "Extension" and p.entry)
def test_graph(program, tmp_path):
    """Every function that the entry needs has PyTorch's graph, to the letter where it is the program's own."""
    ours, theirs = program_text.wick_graphs(WICK, program, tmp_path), program_text.pytorch_graphs(program)
    assert_same_text(ours, theirs, program.name in program_text.OTHER_GRAPHS)


@each(lambda p: p.remark != "Extension" and p.entry)
def test_inlined_graph(program, tmp_path):
    """What the entry calls, in place, has the form that PyTorch brings it to."""
    ours, theirs = program_text.wick_inlined(WICK, program, tmp_path), program_text.pytorch_inlined(program)
    assert_same_text(ours, theirs, program.name in program_text.OTHER_INLINED)


def test_mistakes(tmp_path):
    """errors/pytorch.txt is what PyTorch says; in a process of its own, since PyTorch's chain of calls outlives what it refuses."""
    errors = os.path.join(ROOT, "tests", "errors")
    subprocess.run([sys.executable, os.path.join(errors, "make.py"), str(tmp_path / "now.txt")], check=True, capture_output=True)
    with open(os.path.join(errors, "pytorch.txt"), encoding="utf-8") as f:
        assert (tmp_path / "now.txt").read_text(encoding="utf-8") == f.read()
