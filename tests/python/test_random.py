"""Generators, how tensors are printed, the default dtype."""
import math

import pytest

import wick


def test_generators_are_sources_of_their_own():
    a, b = wick.Generator().manual_seed(3), wick.Generator(device="cpu").manual_seed(3)
    drawn = wick.rand(3, generator=a)
    wick.rand(5)
    assert wick.equal(drawn, wick.rand(3, generator=b)) and a.initial_seed() == 3
    state = a.get_state()
    next_ones = wick.randn(4, generator=a)
    assert wick.equal(wick.randn(4, generator=a.set_state(state)), next_ones)
    copy = a.clone_state()
    assert wick.equal(wick.randperm(9, generator=a), wick.randperm(9, generator=copy))
    assert a.seed() == a.initial_seed() and a.device.type == "cpu"
    x = wick.zeros(3)
    wick.manual_seed(3)
    assert wick.equal(x.uniform_(generator=wick.Generator().manual_seed(3)), wick.rand(3))
    with pytest.raises(RuntimeError):
        a.set_state(wick.zeros(3))


def test_the_generator_of_the_process():
    assert wick.manual_seed(7) is wick.default_generator and wick.initial_seed() == 7
    state = wick.get_rng_state()
    drawn = wick.rand(2)
    wick.set_rng_state(state)
    assert wick.equal(wick.rand(2), drawn)
    with wick.random.fork_rng():
        inside = wick.rand(2)
    assert wick.equal(wick.rand(2), inside)
    wick.manual_seed(-1)
    assert wick.initial_seed() == 2**64 - 1


def test_generators_give_pytorchs_numbers(torch):
    ours, theirs = wick.Generator().manual_seed(11), torch.Generator().manual_seed(11)
    for draw in (lambda lib, g: lib.randn(20, generator=g), lambda lib, g: lib.randint(0, 100, (7,), generator=g),
                 lambda lib, g: lib.normal(0.0, 2.0, (5,), generator=g), lambda lib, g: lib.randperm(10, generator=g),
                 lambda lib, g: lib.bernoulli(lib.full((9,), 0.3), generator=g)):
        assert draw(wick, ours).tolist() == draw(torch, theirs).tolist()


@pytest.fixture
def restored():
    yield
    wick.set_printoptions(profile="default")
    wick.set_default_dtype(wick.float32)


PRINTED = {
    "fractions": lambda lib: lib.tensor([[1.23456789, -0.5], [1e3, 3.0]]),
    "whole": lambda lib: lib.arange(6.0),
    "tiny": lambda lib: lib.tensor([1e-7, 2.0]),
    "zeros": lambda lib: lib.zeros(3),
    "infinite": lambda lib: lib.tensor([math.inf, -math.inf, math.nan, 1.5]),
    "long": lambda lib: lib.arange(60),
    "matrix": lambda lib: lib.arange(1200).reshape(30, 40),
    "complex": lambda lib: lib.tensor([1.5 + 2j, -0.25 - 1e-3j]),
    "gradient": lambda lib: lib.tensor([1.25], requires_grad=True),
    "double": lambda lib: lib.tensor([[[0.1]], [[1.0]]], dtype=lib.float64),
}
OPTIONS = [
    dict(precision=2), dict(precision=8), dict(precision=0), dict(threshold=5, edgeitems=1), dict(linewidth=30),
    dict(sci_mode=True), dict(sci_mode=False), dict(profile="short"), dict(profile="full", linewidth=120),
    dict(profile="default"), dict(threshold=math.inf, precision=1, sci_mode=True),
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_tensors_are_printed_as_pytorch_prints_them(torch, restored, options):
    for lib in (wick, torch):
        lib.set_printoptions(profile="default")
        lib.set_printoptions(**options)
    try:
        for name, make in PRINTED.items():
            assert repr(make(wick)) == repr(make(torch)), name
    finally:
        torch.set_printoptions(profile="default")


def test_print_options_without_pytorch(restored):
    x = wick.tensor([1 / 3, 1000.0])
    wick.set_printoptions(precision=2)
    assert repr(x) == "tensor([3.33e-01, 1.00e+03])"
    wick.set_printoptions(sci_mode=False)
    assert repr(x) == "tensor([   0.33, 1000.00])"
    with wick.printoptions(threshold=3, edgeitems=1, linewidth=40):
        assert repr(wick.arange(5)) == "tensor([0,  ..., 4])"
    assert wick.get_printoptions() == dict(precision=2, threshold=1000, edgeitems=3, linewidth=80, sci_mode=False)
    with pytest.raises(RuntimeError, match="edgeitems"):
        wick.set_printoptions(edgeitems=0)


MADE = {
    "floats": lambda lib: lib.tensor([1.5]),
    "ints": lambda lib: lib.tensor([1]),
    "complex": lambda lib: lib.tensor([1j]),
    "nothing": lambda lib: lib.tensor([]),
    "factory": lambda lib: lib.zeros(2),
    "full": lambda lib: lib.full((2,), 0.5),
    "random": lambda lib: lib.rand(2) * 0,
    "range": lambda lib: lib.arange(0, 1, 0.5),
    "linspace": lambda lib: lib.linspace(0, 1, 3),
    "eye": lambda lib: lib.eye(2),
    "promoted": lambda lib: lib.arange(3) + 0.5,
    "divided": lambda lib: lib.arange(3) / 2,
    "root": lambda lib: lib.arange(3).sqrt(),
    "kept": lambda lib: lib.ones(2, dtype=lib.float32) * 2.5,
    "window": lambda lib: lib.hann_window(4),
}


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_the_default_dtype(torch, restored, dtype):
    try:
        for lib in (wick, torch):
            lib.set_default_dtype(getattr(lib, dtype))
        assert wick.get_default_dtype() is getattr(wick, dtype)
        for name, make in MADE.items():
            if dtype == "float16" and name in ("window", "root", "complex"):
                continue
            ours, theirs = make(wick), make(torch)
            assert repr(ours.dtype) == repr(theirs.dtype), name
            assert repr(ours) == repr(theirs), name
    finally:
        torch.set_default_dtype(torch.float32)


def test_the_default_dtype_is_a_floating_one(restored):
    with pytest.raises(RuntimeError, match="only floating-point types"):
        wick.set_default_dtype(wick.int64)
    wick.set_default_dtype(wick.float64)
    assert wick.tensor(0.5).dtype is wick.float64 and wick.nn.Linear(2, 1).weight.dtype is wick.float64
