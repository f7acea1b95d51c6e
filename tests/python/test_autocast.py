"""Automatic mixed precision on the CPU: which operators cast, what gradients come back, GradScaler."""
import re
import warnings

import pytest

SAMPLES = {
    "mm": lambda t, m: t.mm(m(3, 4), m(4, 2)),
    "matmul": lambda t, m: m(2, 3, 4) @ m(4, 2),
    "bmm": lambda t, m: t.bmm(m(2, 3, 4), m(2, 4, 2)),
    "addmm": lambda t, m: t.addmm(m(2), m(3, 4), m(4, 2)),
    "baddbmm": lambda t, m: t.baddbmm(m(2, 3, 2), m(2, 3, 4), m(2, 4, 2)),
    "addbmm": lambda t, m: t.addbmm(m(3, 2), m(2, 3, 4), m(2, 4, 2)),
    "einsum": lambda t, m: t.einsum("ij,jk->ik", m(3, 4), m(4, 2)),
    "mv": lambda t, m: t.mv(m(3, 4), m(4)),
    "linear": lambda t, m: t.nn.functional.linear(m(3, 4), m(2, 4), m(2)),
    "conv1d": lambda t, m: t.nn.functional.conv1d(m(1, 2, 5), m(3, 2, 2), m(3)),
    "conv2d": lambda t, m: t.nn.functional.conv2d(m(1, 2, 5, 5), m(3, 2, 2, 2), m(3), padding="same"),
    "conv_transpose2d": lambda t, m: t.nn.functional.conv_transpose2d(m(1, 2, 3, 3), m(2, 3, 2, 2)),
    "prelu": lambda t, m: t.nn.functional.prelu(m(3), m(1)),
    "attention": lambda t, m: t.nn.functional.scaled_dot_product_attention(m(1, 3, 4), m(1, 3, 4), m(1, 3, 4)),
    "lstm": lambda t, m: t.nn.LSTM(4, 3)(m(2, 1, 4))[0],
    "rnn": lambda t, m: t.nn.RNN(4, 3)(m(2, 1, 4))[0],
    "gru": lambda t, m: t.nn.GRU(4, 3)(m(2, 1, 4))[0],
    "mha": lambda t, m: t.nn.MultiheadAttention(4, 2)(m(3, 1, 4), m(3, 1, 4), m(3, 1, 4))[0],
    "encoder": lambda t, m: t.nn.TransformerEncoderLayer(4, 2, 8)(m(3, 1, 4)),
    "mse_loss": lambda t, m: t.nn.functional.mse_loss(m(3), m(3)),
    "l1_loss": lambda t, m: t.nn.functional.l1_loss(m(3), m(3)),
    "smooth_l1_loss": lambda t, m: t.nn.functional.smooth_l1_loss(m(3), m(3)),
    "cross_entropy": lambda t, m: t.nn.functional.cross_entropy(m(3, 4), t.tensor([0, 1, 2])),
    "nll_loss": lambda t, m: t.nn.functional.nll_loss(m(3, 4), t.tensor([0, 1, 2])),
    "bce_with_logits": lambda t, m: t.nn.functional.binary_cross_entropy_with_logits(m(3), m(3)),
    "kl_div": lambda t, m: t.nn.functional.kl_div(m(3), m(3), reduction="sum"),
    "prod": lambda t, m: m(3).prod(),
    "trace": lambda t, m: m(3, 3).trace(),
    "cdist": lambda t, m: t.cdist(m(3, 4), m(2, 4)),
    "inverse": lambda t, m: t.inverse(m(3, 3) + 3 * t.eye(3)),
    "quantile": lambda t, m: t.quantile(m(5), 0.5),
    "fft": lambda t, m: t.fft.rfft(m(4)),
    "pad": lambda t, m: t.nn.functional.pad(m(1, 4), (1, 1)),
    "reflect": lambda t, m: t.nn.functional.pad(m(1, 4, 4), (1, 1, 2, 0), mode="reflect"),
    "replicate": lambda t, m: t.nn.functional.pad(m(1, 4), (1, 1), mode="replicate"),
    "circular": lambda t, m: t.nn.functional.pad(m(1, 4), (1, 1), mode="circular"),
    "avg_pool3d": lambda t, m: t.nn.functional.avg_pool3d(m(1, 1, 2, 2, 2), 2),
    "cat": lambda t, m: t.cat([m(2), m(2)]),
    "cat_of_both": lambda t, m: t.cat([m(2), t.ones(2)]),
    "stack": lambda t, m: t.stack([m(2), m(2)]),
    "add": lambda t, m: m(2) + t.ones(2),
    "relu": lambda t, m: m(2).relu(),
    "softmax": lambda t, m: m(2, 3).softmax(1),
    "layer_norm": lambda t, m: t.nn.LayerNorm(4)(m(3, 4)),
    "batch_norm": lambda t, m: t.nn.BatchNorm1d(4)(m(3, 4)),
    "group_norm": lambda t, m: t.nn.GroupNorm(2, 4)(m(3, 4)),
    "sum": lambda t, m: m(3).sum(),
    "float64": lambda t, m: t.mm(m(3, 3).double(), m(3, 3).double()),
}


@pytest.mark.parametrize("given", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", SAMPLES)
def test_results_have_pytorchs_dtypes(torch, name, given):
    import wick

    dtypes = []
    for t in (wick, torch):
        t.manual_seed(0)
        with t.autocast("cpu", dtype=t.bfloat16):
            result = SAMPLES[name](t, lambda *size: t.rand(*size).to(getattr(t, given)))
        dtypes.append((str(result.dtype).split(".")[-1], tuple(result.shape)))
        if t is wick:
            mine = result
    assert dtypes[0] == dtypes[1]
    if not result.is_complex():
        assert mine.flatten().tolist() == pytest.approx(result.flatten().tolist(), rel=0.03, abs=0.03)


def test_the_mode(t):
    x = t.rand(3, 3)
    assert not t.is_autocast_enabled("cpu") and t.get_autocast_dtype("cpu") is t.bfloat16 and not t.is_autocast_enabled()
    with t.autocast("cpu", dtype=t.float16) as context:
        assert t.is_autocast_enabled("cpu") and t.get_autocast_dtype("cpu") is t.float16 and (x @ x).dtype is t.float16
        assert isinstance(context, t.amp.autocast)
        with t.amp.autocast("cpu", enabled=False):
            assert (x @ x).dtype is t.float32 and not t.is_autocast_enabled("cpu")
        with t.autocast("cpu", dtype=t.bfloat16):
            assert (x @ x).dtype is t.bfloat16
        assert (x @ x).dtype is t.float16 and t.get_autocast_dtype("cpu") is t.float16
    assert (x @ x).dtype is t.float32 and t.get_autocast_dtype("cpu") is t.bfloat16

    @t.autocast("cpu")
    def product(a):
        return a @ a

    assert product(x).dtype is t.bfloat16 and (x @ x).dtype is t.float32
    with pytest.raises(ZeroDivisionError), t.autocast("cpu"):
        1 // 0
    assert not t.is_autocast_enabled("cpu")
    t.set_autocast_enabled("cpu", True)
    assert (x @ x).dtype is t.bfloat16
    t.set_autocast_enabled("cpu", False)
    with pytest.warns(FutureWarning, match="deprecated"):
        old = t.cpu.amp.autocast()
    with old:
        assert (x @ x).dtype is t.bfloat16
    with pytest.warns(UserWarning, match="target dtype is not supported. Disabling autocast"):
        context = t.autocast("cpu", dtype=t.float32)
    with context:
        assert (x @ x).dtype is t.float32
    with pytest.raises(ValueError, match="Expected `device_type` of type `str`"):
        t.autocast(3)
    with pytest.raises(RuntimeError, match="Expected one of cpu, cuda"):
        t.autocast("toaster")
    assert t.amp.is_autocast_available("cpu")


def test_threads_have_modes_of_their_own(t):
    import threading

    x, seen = t.rand(2, 2), []
    with t.autocast("cpu"):
        thread = threading.Thread(target=lambda: seen.append((x @ x).dtype))
        thread.start()
        thread.join()
    assert seen == [t.float32]


def casts_of(y):
    """The nodes that cast what y was computed of."""
    nodes = [node for node, _ in y.grad_fn.next_functions if node is not None]
    return [node for node in nodes + [inner for node in nodes for inner, _ in node.next_functions] if node and node.name() == "ToCopyBackward0"]


def test_weights_are_cast_once_and_get_gradients_of_their_dtype(t):
    net = t.nn.Sequential(t.nn.Linear(4, 4), t.nn.ReLU(), t.nn.Linear(4, 1))
    x = t.rand(2, 4)
    with t.autocast("cpu"):
        loss = t.nn.functional.mse_loss(net(x) + net(x), t.ones(2, 1))
        assert loss.dtype is t.float32
    loss.backward()
    assert all(p.grad.dtype is t.float32 and p.grad.shape == p.shape for p in net.parameters())
    weight = net[0].weight
    with t.autocast("cpu"):
        a, b = net[0](x), net[0](x)
        assert casts_of(a) == casts_of(b) != []
        with t.no_grad():
            c = net[0](x)
        (a.sum() + b.sum()).backward()
        assert not c.requires_grad and net[0](x).requires_grad
    with t.autocast("cpu", cache_enabled=False):
        assert casts_of(net[0](x)) != casts_of(net[0](x))
    assert weight.dtype is t.float32


def test_a_weight_that_changed_is_cast_again():
    import wick as t

    weight = t.ones(2, 2, requires_grad=True)
    with t.autocast("cpu"):
        assert (weight @ t.eye(2)).sum().item() == 4
        with t.no_grad():
            weight.mul_(2)
        assert (weight @ t.eye(2)).sum().item() == 8


def test_compiled_functions_follow_the_mode(t):
    @t.jit.script
    def f(x, w):
        y = t.mm(x, w)
        return y, t.relu(t.mm(y, w)), t.nn.functional.mse_loss(y, y)

    x, w = t.rand(3, 3), t.rand(3, 3, requires_grad=True)
    for _ in range(3):
        with t.autocast("cpu"):
            results = f(x, w)
        assert [y.dtype for y in results] == [t.bfloat16, t.bfloat16, t.float32]
    sum(y.float().sum() for y in results).backward()
    assert w.grad.dtype is t.float32
    assert [y.dtype for y in f(x, w)] == [t.float32] * 3
    net = t.jit.script(t.nn.Sequential(t.nn.Linear(3, 3), t.nn.ReLU(), t.nn.Conv1d(3, 2, 1), t.nn.ReLU()))
    with t.autocast("cpu"):
        assert net(x).dtype is t.bfloat16


def test_a_trace_has_the_casts(t):
    x = t.rand(3, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with t.autocast("cpu", cache_enabled=False):
            traced = t.jit.trace(lambda a, b: t.relu(t.mm(a, b)), (x, x.clone()), check_trace=False)
    assert traced(x, x).dtype is t.bfloat16
    assert re.findall("aten::[a-z]+", str(traced.graph)) == ["aten::to", "aten::to", "aten::mm", "aten::relu"]


def test_custom_functions(t):
    seen = []

    class Product(t.autograd.Function):
        @staticmethod
        @t.amp.custom_fwd(device_type="cpu")
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            return a @ b

        @staticmethod
        @t.amp.custom_bwd(device_type="cpu")
        def backward(ctx, grad):
            a, b = ctx.saved_tensors
            seen.append((t.is_autocast_enabled("cpu"), (grad @ b.t()).dtype))
            return grad @ b.t(), a.t() @ grad

    class Plain(Product):
        forward = staticmethod(t.amp.custom_fwd(lambda ctx, a, b: Product.forward.__wrapped__(ctx, a, b), device_type="cpu", cast_inputs=t.float32))
        backward = Product.backward

    a = t.rand(2, 2, requires_grad=True)
    with t.autocast("cpu"):
        y, z = Product.apply(a, a), Plain.apply(a, a.bfloat16())
    assert y.dtype is t.bfloat16 and z.dtype is t.float32
    y.float().sum().backward()
    z.sum().backward()
    assert seen == [(True, t.bfloat16), (False, t.float32)] and a.grad.dtype is t.float32


def test_grad_scaler(t):
    net = t.nn.Linear(2, 1)
    optimizer = t.optim.SGD(net.parameters(), lr=0.5)
    scaler = t.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2)
    assert scaler.is_enabled() and scaler.get_scale() == 8.0
    for use in (lambda: scaler.step(optimizer), scaler.update, lambda: scaler.unscale_(optimizer)):
        with pytest.raises(AssertionError, match="but _scale is None"):
            use()

    def backward(factor=1.0):
        optimizer.zero_grad()
        scaler.scale(net(t.ones(1, 2)).sum() * factor).backward()

    backward()
    assert net.weight.grad.tolist() == [[8.0, 8.0]]
    scaler.unscale_(optimizer)
    assert net.weight.grad.tolist() == [[1.0, 1.0]]
    with pytest.raises(RuntimeError, match="already been called on this optimizer"):
        scaler.unscale_(optimizer)
    before = net.weight.detach().clone()
    scaler.step(optimizer)
    assert t.equal(net.weight, before - 0.5)
    with pytest.raises(RuntimeError, match=r"step\(\) has already been called"):
        scaler.step(optimizer)
    scaler.update()
    backward(float("inf"))
    before = net.weight.detach().clone()
    scaler.step(optimizer)
    scaler.update()
    assert t.equal(net.weight, before) and scaler.get_scale() == 4.0
    for _ in range(2):
        backward()
        scaler.step(optimizer)
        scaler.update()
    assert scaler.get_scale() == 8.0
    assert scaler.state_dict() == {"scale": 8.0, "growth_factor": 2.0, "backoff_factor": 0.5, "growth_interval": 2, "_growth_tracker": 0}
    other = t.amp.GradScaler("cpu")
    other.load_state_dict(scaler.state_dict())
    assert other.get_scale() == 8.0 and other.get_growth_interval() == 2
    scaler.update(2.0)
    assert scaler.get_scale() == 2.0
    assert [type(one) for one in scaler.scale([t.ones(1), (t.ones(1),)])] == [t.Tensor, tuple]
    with pytest.raises(ValueError, match="outputs must be a Tensor"):
        scaler.scale(3)


def _weighted(t):
    class Weighted(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = t.nn.Linear(4, 4)

        def forward(self, x):
            with t.amp.autocast("cpu", dtype=t.bfloat16):
                y = t.nn.functional.layer_norm(self.linear(x), [4]).relu()
            return y, y.sum() + self.linear(x).sum()

    return Weighted()


def test_a_compiled_block_gives_pytorchs_results_gradients_and_archive(torch, tmp_path):
    import wick

    seen = []
    for t in (wick, torch):
        t.manual_seed(0)
        compiled = t.jit.script(_weighted(t))
        x = t.randn(3, 4, requires_grad=True)
        for _ in range(3):
            y, loss = compiled(x)
        loss.backward()
        assert not t.is_autocast_enabled("cpu")
        compiled.save(str(tmp_path / "weighted.pt"))
        loaded = wick.jit.load(str(tmp_path / "weighted.pt"))
        assert loaded(wick.tensor(x.tolist()))[0].tolist() == y.tolist()
        seen.append([compiled.code, y.tolist(), x.grad.tolist(), compiled.linear.weight.grad.tolist()])
    assert seen[0] == seen[1]


def test_a_block_that_an_exception_leaves(t):
    def fails(x):
        with t.autocast("cpu"):
            y = t.mm(x, x)
            if y.dtype == t.bfloat16:
                raise ValueError("in 16 bits")
        return y

    with pytest.raises(Exception, match="in 16 bits"):
        t.jit.script(fails)(t.ones(2, 2))
    assert t.mm(t.ones(2, 2), t.ones(2, 2)).dtype is t.float32


def test_what_a_compiled_block_refuses(t):
    def unsafe(x):
        with t.autocast("cpu"):
            return t.nn.functional.binary_cross_entropy(x, x)

    with pytest.raises(RuntimeError, match="Unsafe to autocast"):
        t.jit.script(unsafe)(t.ones(2))

    @t.autocast("cpu")
    def decorated(x):
        return x @ x

    with pytest.raises(RuntimeError, match=r"TorchScript error: @autocast\(\) decorator is not supported in script mode"):
        t.jit.script(decorated)
