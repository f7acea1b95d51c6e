"""wick under torch's name: import wick.as_torch, python -m wick FILE."""
import subprocess
import sys
import textwrap

PROGRAM = """
    import importlib.metadata
    import importlib.util
    import sys

    import torch
    import torch.nn as nn
    import torch.nn.functional as F
    import torch.optim.lr_scheduler
    from torch.utils.data import DataLoader

    print(importlib.metadata.version("torch"), torch.__version__, importlib.util.find_spec("torch") is not None)
    print(sys.argv[1:], __name__, torch.nn.functional is F, isinstance(nn.Linear(1, 1), torch.nn.Module))
    try:
        import torch.nothing
    except ModuleNotFoundError as error:
        print(error)
    import wick
    print(torch is wick, F is wick.nn.functional, F.__spec__.name)
"""


def _run(*arguments):
    return subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True, timeout=120)


def test_a_program_for_pytorch_runs(tmp_path):
    (tmp_path / "program.py").write_text(textwrap.dedent(PROGRAM))
    done = _run("-m", "wick", tmp_path / "program.py", "--epochs", "3")
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["2.13.0 2.13.0 True", "['--epochs', '3'] __main__ True True", "No module named 'torch.nothing'",
                                        "True True wick.nn.functional"]


def test_modules_beside_the_program_are_found(tmp_path):
    (tmp_path / "net.py").write_text("import torch\nnet = torch.nn.Identity()\n")
    (tmp_path / "program.py").write_text("from net import net\nprint(net, __file__)\n")
    assert _run("-m", "wick", tmp_path / "program.py").stdout == f"Identity() {tmp_path}/program.py\n"
    assert "usage" in _run("-m", "wick").stderr


def test_not_after_pytorch():
    done = _run("-c", "import sys, types; sys.modules['torch'] = types.ModuleType('torch'); import wick.as_torch")
    assert "ImportError: PyTorch has been imported already" in done.stderr
