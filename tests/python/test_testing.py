"""testing.assert_close: what it takes, and what it says."""
import pytest

import wick

CLOSE = [
    lambda t: (t.ones(2), t.ones(2) + 1e-7),
    lambda t: (t.tensor([1, 2]), t.tensor([1, 2])),
    lambda t: (1.0, 1.0 + 1e-9),
    lambda t: ([t.ones(1), {"a": 2}], (t.ones(1), {"a": 2})),
    lambda t: (t.ones(2, dtype=t.bfloat16), t.ones(2, dtype=t.bfloat16) * 1.01),
    lambda t: (None, None),
]
DIFFERENT = [
    lambda t: (t.tensor([1.0, 2.0, 4.0]), t.tensor([1.0, 2.0, 3.0])),
    lambda t: (t.tensor([[1.0, 2.0], [3.0, 5.0]]), t.tensor([[1.5, 2.0], [3.0, 3.0]])),
    lambda t: (t.tensor([1, 2, 3]), t.tensor([1, 4, 3])),
    lambda t: (t.tensor([1.0, float("nan")]), t.tensor([1.0, float("nan")])),
    lambda t: (t.ones(2), t.ones(3)),
    lambda t: (t.ones(2), t.ones(2, dtype=t.float64)),
    lambda t: (t.tensor(1.0), t.tensor(2.0)),
    lambda t: (1.0, 2.5),
    lambda t: (1, 2),
    lambda t: ([t.ones(1), t.zeros(1)], [t.ones(1), t.ones(1)]),
    lambda t: ({"a": {"b": [1.0, 2.0]}}, {"a": {"b": [1.0, 3.0]}}),
    lambda t: ([1.0], [1.0, 2.0]),
    lambda t: ({"a": 1, "b": 2}, {"a": 1, "c": 2}),
]


@pytest.mark.parametrize("case", CLOSE)
def test_what_is_close(t, case):
    t.testing.assert_close(*case(t))


def message(lib, case, **options):
    with pytest.raises(AssertionError) as caught:
        lib.testing.assert_close(*case(lib), **options)
    return str(caught.value)


@pytest.mark.parametrize("case", DIFFERENT)
def test_differences_are_told_as_pytorch_does(torch, case):
    assert message(wick, case) == message(torch, case)
    assert message(wick, case, rtol=0, atol=0) == message(torch, case, rtol=0, atol=0)


def test_differences_are_told():
    assert message(wick, DIFFERENT[0]) == (
        "Tensor-likes are not close!\n\nMismatched elements: 1 / 3 (33.3%)\n"
        "Greatest absolute difference: 1.0 at index (2,) (up to 1e-05 allowed)\n"
        f"Greatest relative difference: {wick.tensor(1.0).div(3).item()} at index (2,) (up to 1.3e-06 allowed)")
    assert message(wick, DIFFERENT[0], msg=lambda text: "x" + text[:3]) == "xTen"


def test_options(t):
    check = t.testing.assert_close
    nan = t.tensor([float("nan")])
    check(nan, nan, equal_nan=True)
    check(t.ones(1), t.ones(1, dtype=t.float64), check_dtype=False)
    check(t.ones(1), t.ones(1) * 1.1, rtol=0.2, atol=0)
    with pytest.raises(ValueError, match="must be either specified or omitted, but got no atol"):
        check(1, 1, rtol=1)
    with pytest.raises(TypeError, match="No comparison pair was able to handle inputs of type"):
        check("a", "a")


@pytest.mark.parametrize("name", ["float32", "float64", "complex64", "int64", "int8", "uint8", "bool"])
def test_made_tensors_are_pytorchs(torch, name):
    import wick

    made = []
    for t in (torch, wick):
        t.manual_seed(3)
        dtype = getattr(t, name)
        made.append([t.testing.make_tensor(3, 4, dtype=dtype, device="cpu"),
                     t.testing.make_tensor((2, 5), dtype=dtype, device="cpu", noncontiguous=True),
                     t.testing.make_tensor((20,), dtype=dtype, device="cpu", low=0, high=2, exclude_zero=True)])
    for theirs, ours in zip(*made):
        assert ours.tolist() == theirs.tolist()
        assert ours.stride() == theirs.stride()


def test_tensors_cannot_be_made_of_nothing(t):
    with pytest.raises(ValueError):
        t.testing.make_tensor(2, dtype=t.int64, device="cpu", requires_grad=True)
    with pytest.raises(ValueError):
        t.testing.make_tensor(2, dtype=t.float32, device="cpu", low=3, high=2)
