"""Operators that programs define: torch.library, torch.ops."""
import importlib

import pytest


def test_an_operator_of_ones_own(t):
    @t.library.custom_op("wick_tests::cube", mutates_args=())
    def cube(x: t.Tensor) -> t.Tensor:
        return x.detach() ** 3

    x = t.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="Trying to backward through wick_tests.cube.default but no autograd formula was registered"):
        cube(x).sum().backward()

    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(inputs[0])

    cube.register_autograd(lambda ctx, grad: 3 * grad * ctx.saved_tensors[0] ** 2, setup_context=setup_context)
    assert cube.register_fake(lambda x: t.empty_like(x)) is not None
    t.ops.wick_tests.cube(x=x).sum().backward()
    assert x.grad.tolist() == [3, 12] and t.ops.wick_tests.cube.default(t.tensor(2.0)).item() == 8


def test_operators_that_change_their_arguments(t):
    @t.library.custom_op("wick_tests::fill", mutates_args={"x"})
    def fill(x: t.Tensor, value: float) -> None:
        x.fill_(value)

    x = t.zeros(2)
    fill(x, 3.0)
    assert x.tolist() == [3, 3]


def test_a_library_of_schemas_and_functions(t):
    library = t.library.Library("wick_tests_of_schemas", "DEF")
    library.define("plus(Tensor a, Tensor b) -> Tensor")
    with pytest.raises(NotImplementedError):
        t.ops.wick_tests_of_schemas.plus(t.ones(1), t.ones(1))
    library.impl("plus", lambda a, b: a + b, "CPU")
    assert t.ops.wick_tests_of_schemas.plus(t.ones(1), t.ones(1)).item() == 2


def test_operators_by_namespace(t):
    assert t.ops.aten.add.Tensor(t.ones(1), t.ones(1)).item() == 2 == t.ops.aten.add(t.ones(1), 1).item()
    with pytest.raises(AttributeError, match="'_OpNamespace' 'aten' object has no attribute 'no_such_operator'"):
        t.ops.aten.no_such_operator


def test_branches_loops_and_scans_as_calls(t):
    assert t.cond(t.tensor(True), lambda x: x + 1, lambda x: x - 1, (t.tensor(1),)).item() == 2
    scans = importlib.import_module(f"{t.__name__}._higher_order_ops.associative_scan")
    for count in range(1, 10):
        x, y = t.rand(2, count), t.rand(2, count)
        total = scans.associative_scan(lambda a, b: a + b, x, dim=1, combine_mode="generic")
        assert t.allclose(total, x.cumsum(1))
        pair = scans.associative_scan(lambda a, b: {"x": a["x"] * b["x"], "y": a["y"] * b["x"] + b["y"]}, {"x": x, "y": y}, dim=-1, combine_mode="generic")
        state, states = t.zeros(2), []
        for i in range(count):
            state = state * x[:, i] + y[:, i]
            states.append(state)
        assert t.allclose(pair["y"], t.stack(states, 1))
