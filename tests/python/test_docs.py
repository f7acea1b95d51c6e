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
    printed = capsys.readouterr().out
    # What stands behind a print is what it prints.
    for line in re.findall(r"^print\(.*\) +# (.+)$", program, re.MULTILINE):
        assert line in printed.splitlines()
    if "net.save" in program:
        assert "tensor([[" in printed and (tmp_path / "net.pt").exists()


def test_both_pages_have_some():
    assert {page for page, _ in PROGRAMS} == {"README.md", "docs/python.md"}
    assert len(PROGRAMS) >= 4
