"""The programs in docs/python.md and README.md run."""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAMS = [
    (page, program)
    for page in ("README.md", "docs/python.md")
    for program in re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    if "import wick" in program
]


@pytest.mark.parametrize("page, program", PROGRAMS, ids=[page for page, _ in PROGRAMS])
def test_the_program_of(page, program, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(program.replace("10000", "10"), page, "exec"), {})
    assert "tensor([[" in capsys.readouterr().out and (tmp_path / "net.pt").exists()


def test_both_pages_have_one():
    assert {page for page, _ in PROGRAMS} == {"README.md", "docs/python.md"}
