"""torch.autograd.detect_anomaly."""
import threading
import warnings

import pytest

import wick


def nan_of(t):
    """A function whose backward gives NaN."""

    class Broken(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, grad):
            return grad * float("nan")

    return Broken.apply


def warnings_of(function):
    """What a RuntimeError says and the warnings before it."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with pytest.raises(RuntimeError) as error:
            function()
    return str(error.value), [str(w.message) for w in seen]


def test_nan_names_its_function_and_where_that_was_called(t):
    def program():
        with t.autograd.detect_anomaly():
            x = t.ones(2, requires_grad=True)
            y = nan_of(t)(x)  # the forward call
            y.sum().backward()

    error, seen = warnings_of(program)
    assert error == "Function 'BrokenBackward' returned nan values in its 0th output."
    assert seen[0].startswith("Anomaly Detection has been enabled.")
    assert seen[1].startswith("Error detected in BrokenBackward. Traceback of forward call that caused the error:\n  File ")
    assert "y = nan_of(t)(x)  # the forward call" in seen[1] and "backward()" not in seen[1]
    assert len(seen) == 2


def test_a_function_that_was_made_before(t):
    y = nan_of(t)(t.ones(2, requires_grad=True))

    def program():
        with t.autograd.detect_anomaly():
            y.sum().backward()

    assert warnings_of(program)[1][1].startswith(
        "Error detected in BrokenBackward. No forward pass information available. Enable detect anomaly during forward pass "
        "for more information.")


def test_passes_that_made_functions_are_shown_in_turn(t):
    def program():
        with t.autograd.detect_anomaly():
            x = t.zeros(1, requires_grad=True)
            y = (x ** 1.5).sum()  # the call
            first, = t.autograd.grad(y, x, create_graph=True)  # the first pass
            second, = t.autograd.grad(first, x, create_graph=True)  # the second pass
            second.sqrt().sum().backward()

    error, seen = warnings_of(program)
    assert error.endswith("returned nan values in its 0th output.")
    assert len(seen) == 4 and "# the second pass" in seen[1]
    for text, place in [(seen[2], "# the first pass"), (seen[3], "# the call")]:
        assert text.startswith("\n\nPrevious calculation was induced by Pow") and place in text
    assert "PowBackward0. Traceback of forward call that induced the previous calculation:" in seen[3]


def test_other_errors_of_backward_are_shown_too(t):
    def program():
        with t.autograd.set_detect_anomaly(True, check_nan=False):
            x = t.ones(1, requires_grad=True)
            y = x * 1
            z = y.sin()  # the forward call
            y.add_(1)
            z.sum().backward()

    error, seen = warnings_of(program)
    assert error.endswith("Hint: the backtrace further above shows the operation that failed to compute its gradient. The "
                          "variable in question was changed in there or anywhere later. Good luck!")
    assert len(seen) == 1 and "SinBackward0" in seen[0] and "# the forward call" in seen[0]


def test_without_the_check_nan_passes(t):
    x = t.ones(2, requires_grad=True)
    with t.autograd.set_detect_anomaly(True, check_nan=False):
        nan_of(t)(x).sum().backward()
    assert x.grad.isnan().all()


def test_the_mode_is_put_back(t):
    def state():
        return t.is_anomaly_enabled(), t.is_anomaly_check_nan_enabled()

    assert state() == (False, True)
    with t.autograd.set_detect_anomaly(True, check_nan=False):
        assert state() == (True, False)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with t.autograd.detect_anomaly():
                assert state() == (True, True)
        assert state() == (True, False)
    assert state() == (False, True)
    t.autograd.set_detect_anomaly(True)
    assert state() == (True, True)
    t.autograd.set_detect_anomaly(False)
    assert not t.is_anomaly_enabled()


def test_compiled_functions_and_threads():
    @wick.jit.script
    def f(x: wick.Tensor):
        return (x - x).sqrt() * x

    def work():
        with wick.autograd.set_detect_anomaly(True):
            f(x).sum().backward()

    x = wick.ones(2, requires_grad=True)
    found = []
    thread = threading.Thread(target=lambda: found.append(warnings_of(work)))
    thread.start()
    thread.join()
    error, seen = found[0]
    assert error == "Function 'DifferentiableGraphBackward' returned nan values in its 0th output."
    assert "f(x).sum().backward()" in seen[0]
