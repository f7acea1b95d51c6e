"""The programs in docs/python.md and README.md run."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAMS = [
    (page, program)
    for page in ("README.md", "docs/python.md")
    for program in re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    if "import wick" in program
]


@pytest.mark.parametrize("page, program", PROGRAMS, ids=[page for page, _ in PROGRAMS])
def test_the_program_of(page, program, tmp_path):
    # In a process of its own: what it imports may be PyTorch by name.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", program.replace("10000", "10")], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    printed = done.stdout
    # What stands behind a print is what it prints.
    for line in re.findall(r"^print\(.*\) +# (.+)$", program, re.MULTILINE):
        assert line in printed.splitlines()
    if "net.save" in program:
        assert "tensor([[" in printed and (tmp_path / "net.pt").exists()


def test_both_pages_have_some():
    assert {page for page, _ in PROGRAMS} == {"README.md", "docs/python.md"}
    assert len(PROGRAMS) >= 4
