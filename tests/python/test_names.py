"""Names that programs import, each with what it does: the same of wick and of PyTorch, where that is installed."""
import pytest

import wick


def test_factors_of_low_rank(t):
    t.manual_seed(0)
    a = t.randn(8, 2, dtype=t.float64) @ t.randn(2, 6, dtype=t.float64)
    for matrix in (a, a.mT):
        u, s, v = t.svd_lowrank(matrix, q=3)
        assert tuple(u.shape) == (matrix.shape[0], 3) and tuple(v.shape) == (matrix.shape[1], 3)
        assert t.allclose(u @ s.diag() @ v.mT, matrix) and t.allclose(s[:2], t.linalg.svdvals(a)[:2])
    u, s, v = t.svd_lowrank(a, q=2, M=a.mean(-2, keepdim=True))
    assert t.allclose(s, t.linalg.svdvals(a - a.mean(-2, keepdim=True))[:2])
    assert t.allclose(t.pca_lowrank(a, q=2)[1], s)
    with pytest.raises(ValueError, match="must be non-negative integer and not greater than min\\(m, n\\)=6"):
        t.pca_lowrank(a, q=9)


def test_settings(t):
    before = t.get_deterministic_debug_mode()
    try:
        for mode, number in (("default", 0), ("warn", 1), ("error", 2), (1, 1)):
            t.set_deterministic_debug_mode(mode)
            assert t.get_deterministic_debug_mode() == number
            assert t.are_deterministic_algorithms_enabled() == (number > 0)
        with pytest.raises(RuntimeError, match="invalid value of debug_mode"):
            t.set_deterministic_debug_mode("loud")
        assert not t.is_warn_always_enabled()
    finally:
        t.set_deterministic_debug_mode(before)


def test_inference_mode(t):
    @t.inference_mode
    def plain():
        return t.is_inference_mode_enabled(), t.is_grad_enabled()

    @t.inference_mode()
    def called():
        return t.is_inference_mode_enabled(), t.is_grad_enabled()

    assert plain() == called() == (True, False)
    with t.inference_mode():
        with t.inference_mode(False):
            assert not t.is_inference_mode_enabled()
        assert t.is_inference_mode_enabled()
    assert not t.is_inference_mode_enabled() and t.is_grad_enabled()


def test_methods(t):
    x = t.arange(6.0, dtype=t.float64).reshape(2, 3)
    assert x.clone().float_power_(2).tolist() == (x * x).tolist()
    assert x.t().dim_order() == (1, 0) and x.dim_order() == (0, 1)
    assert x.to_sparse_coo().to_dense().tolist() == x.tolist()
    assert x.new_empty_strided((2, 2), (1, 2)).stride() == (1, 2)
    with pytest.raises(RuntimeError, match="deprecated since version 1.9 and is now removed"):
        x.symeig()
    assert t.is_storage(x.untyped_storage()) and not t.is_storage(x)


def test_functions_of_functions(t):
    x = t.tensor([0.5, 1.0])
    out, push = t.func.linearize(lambda x: x ** 3, x)
    assert t.allclose(out, x ** 3)
    for tangent in (t.ones(2), t.tensor([2.0, -1.0])):
        assert t.allclose(push(tangent), 3 * x ** 2 * tangent)
    assert t.func.functionalize(lambda x: x.clone().add_(1))(x).tolist() == [1.5, 2.0]
    net = t.nn.Sequential(t.nn.Conv1d(1, 2, 1), t.nn.BatchNorm1d(2))
    assert t.func.replace_all_batch_norm_modules_(net) is net and net[1].running_mean is None
    y = t.randn(3, 2, 1, 4)
    found = t.vmap(net)(y)
    assert t.allclose(found, t.stack([net(one) for one in y]), atol=1e-5)


def test_comparisons():
    wick.testing.assert_allclose([1.0, 2.0], wick.tensor([1.0, 2.0]))
    with pytest.raises(AssertionError):
        wick.testing.assert_allclose(1.0, wick.tensor(2.0))


def test_float_power_in_place(t):
    x = t.rand(3, dtype=t.float64, requires_grad=True)
    powers = x.clone()
    powers.float_power_(3).sum().backward()
    assert t.allclose(x.grad, 3 * x.detach() ** 2)
    with pytest.raises(RuntimeError, match="has dtype Float but the operation's result requires dtype Double"):
        t.ones(2).float_power_(2)


def test_names_that_others_have_left(t):
    """Of older programs, and of dtypes without tensors."""
    x = t.ones(4)
    assert x.resize(2, 2).shape == (2, 2) == x.resize_as(t.ones(2, 2)).shape and x.name is None and not x.volatile and x.const_data_ptr() == x.data_ptr()
    assert t.ones(2).map2_(t.ones(2), t.ones(2), lambda a, b, c: a + b + c).tolist() == [3, 3]
    assert t.from_dlpack(t.to_dlpack(x)).tolist() == [1, 1, 1, 1] and t.JITException is t.jit.Error and t.compiled_with_cxx11_abi()
    assert str(t.int1) == "torch.int1" and t.uint7.itemsize == 1 and t.bit is t.uint1 and t.bits16.itemsize == 2
    assert t.nn.factory_kwargs({"device": "cpu"}) == {"device": "cpu"} and t.nn.factory_kwargs(None) == {}
    with pytest.raises(TypeError):
        t.nn.factory_kwargs({"other": 1})
    assert not t.nn.functional.has_torch_function_unary(x) and not t.nn.functional.has_torch_function_variadic(x, 1)
    t.set_anomaly_enabled(True, True)
    assert t.is_anomaly_enabled()
    t.set_anomaly_enabled(False)
