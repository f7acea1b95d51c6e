import pathlib

import pytest

import wick

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"


@pytest.fixture
def torch():
    """PyTorch, as an oracle; tests that ask for it need an installed one."""
    return pytest.importorskip("torch")


@pytest.fixture(params=["wick", "torch"])
def t(request):
    """wick, and PyTorch: the test says what both do."""
    return wick if request.param == "wick" else pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def seed():
    wick.manual_seed(0)


@pytest.fixture
def fixtures():
    """The folder of archives that PyTorch wrote."""
    return DATA / "t213"
