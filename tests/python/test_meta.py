"""The meta device: tensors of sizes without elements."""
import copy
import io
import pickle
import warnings

import pytest

import wick


def meta(t, *sizes, **options):
    return t.empty(*sizes, device="meta", **options)


def form(value):
    """What is known of a result."""
    if isinstance(value, (tuple, list)):
        return [form(one) for one in value]
    return (value.device.type, tuple(value.shape), str(value.dtype)) if hasattr(value, "device") else value


CALLS = {
    "pointwise": lambda t, m: [m + 1, 1 - m, m > 0, m.exp(), m * m[:, :1], m.long() + 1.5, m.int() / 2, m.half() + m, (m == m).sum(), m + t.tensor(1.0)],
    "views": lambda t, m: [m.t(), m[0], m[:, 1:], m.view(6), m.t().reshape(6), m.unsqueeze(0).expand(4, 2, 3), m.unbind(1), m.chunk(2, 1), m.diagonal(),
                           m.t().contiguous(), m.flatten(), m[None], m.movedim(0, 1), m.split([1, 2], 1)],
    "factories": lambda t, m: [m.new_zeros(2), t.zeros_like(m), t.rand_like(m, dtype=t.float64), m.new_empty((3, 1)), t.arange(5, device="meta"),
                               t.eye(3, device="meta"), t.full((2,), 1, device="meta"), t.randint(3, (2,), device="meta"), t.linspace(0, 1, 4, device="meta"),
                               t.randn(2, 3, device="meta"), t.tensor([1, 2], device="meta"), t.randperm(3, device="meta")],
    "products": lambda t, m: [m @ m.t(), t.mm(m, m.t()), t.bmm(m[None], m.t()[None]), m @ m.new_empty(4, 3, 5), m @ m[0], t.addmm(m[:, :1], m, m.t()[:, :1]),
                              t.einsum("ij,kj->ik", m, m), t.nn.functional.linear(m, m.new_empty(7, 3), m.new_empty(7)), t.outer(m[0], m[1])],
    "reductions": lambda t, m: [m.sum(), m.mean(1), m.max(0), m.argmax(), m.std(), m.softmax(-1), m.cumsum(0), m.sort(), m.topk(2), m.var(0, keepdim=True),
                                m.norm(), m.any(), m.logsumexp(1)],
    "joined": lambda t, m: [t.cat([m, m]), t.stack([m, m], 1), m.repeat(2, 2), t.where(m > 0, m, 0.0), m.gather(1, m[:, :1].long()), m.index_select(0, m[0, :1].long()),
                            m[t.tensor([0, 1, 0])], t.nn.functional.pad(m, (1, 1)), m.roll(1, 0), m.masked_fill(m > 0, 1.0), t.tril(m), m.flip(0)],
    "layers": lambda t, m: [t.nn.Linear(3, 4, device="meta")(m), t.nn.Conv2d(3, 8, 3, stride=2, padding=1, device="meta")(meta(t, 1, 3, 8, 8)),
                            t.nn.ConvTranspose2d(3, 8, 3, stride=2, device="meta")(meta(t, 1, 3, 8, 8)), t.nn.LayerNorm(3, device="meta")(m),
                            t.nn.BatchNorm1d(3, device="meta")(m), t.nn.Embedding(9, 5, device="meta")(m.long()), t.nn.MaxPool2d(2)(meta(t, 1, 3, 8, 8)),
                            t.nn.TransformerEncoderLayer(8, 2, 16, device="meta")(meta(t, 1, 3, 8)), t.nn.LSTM(3, 5, device="meta")(m)[0],
                            t.nn.functional.cross_entropy(m, m[:, 0].long()), t.nn.functional.interpolate(meta(t, 1, 3, 8, 8), scale_factor=2),
                            t.nn.Conv1d(3, 4, 3, padding="same", device="meta")(meta(t, 2, 3, 9)), t.nn.GroupNorm(2, 4, device="meta")(meta(t, 2, 4, 5))],
    "in place": lambda t, m: [m.add_(1), m.zero_(), m.uniform_(), m.copy_(t.ones(3)), m.mul_(m[0]), m.t_().t_(), m.clamp_(0), m.fill_(3)],
    "dtypes": lambda t, m: [m.double(), m.to(t.int32), m.to("meta"), t.ones(2).to("meta"), t.ones(2, dtype=t.int64).to("meta", t.float16), m.type_as(m.long())],
}


@pytest.mark.parametrize("name", CALLS)
def test_forms_of_results(t, name):
    torch = pytest.importorskip("torch")
    for mine, theirs in zip(form(CALLS[name](t, meta(t, 2, 3))), form(CALLS[name](torch, meta(torch, 2, 3)))):
        assert mine == theirs


def test_no_memory_is_taken(t):
    big = meta(t, 1 << 20, 1 << 18, dtype=t.float16)
    assert (big + 1).shape == big.shape and (big @ meta(t, 1 << 18, 4, dtype=t.float16)).shape == (1 << 20, 4) and big.nbytes == 1 << 39
    net = t.nn.Linear(1 << 20, 1 << 18, device="meta")
    t.nn.init.kaiming_uniform_(net.weight)
    assert net(meta(t, 2, 1 << 20)).shape == (2, 1 << 18)


def test_texts(t):
    assert repr(meta(t, 2, 3)) == "tensor(..., device='meta', size=(2, 3))"
    assert repr(t.empty((), device="meta", dtype=t.int32)) == "tensor(..., device='meta', size=(), dtype=torch.int32)"
    assert repr(meta(t, 0, 3)) == "tensor(..., device='meta', size=(0, 3))"
    assert repr(meta(t, 2, requires_grad=True) * 2) == "tensor(..., device='meta', size=(2,), grad_fn=<MulBackward0>)"
    assert f"{t.empty((), device='meta')}" == "tensor(..., device='meta', size=())"
    assert meta(t, 1).is_meta and not t.ones(1).is_meta and not meta(t, 1).is_cpu and meta(t, 2).device == t.device("meta")


@pytest.mark.parametrize("call, kind, message", [
    (lambda t, m: m[0, 0].item(), RuntimeError, "Tensor.item() cannot be called on meta tensors"),
    (lambda t, m: bool(m[0, 0]), RuntimeError, "Tensor.item() cannot be called on meta tensors"),
    (lambda t, m: m.tolist(), NotImplementedError, "Cannot copy out of meta tensor; no data!"),
    (lambda t, m: m.cpu(), NotImplementedError, "Cannot copy out of meta tensor; no data!"),
    (lambda t, m: m.to("cpu"), NotImplementedError, "Cannot copy out of meta tensor; no data!"),
    (lambda t, m: t.ones(2, 3).copy_(m), NotImplementedError, "Cannot copy out of meta tensor; no data!"),
    (lambda t, m: m.numpy(), TypeError, "can't convert meta device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first."),
    (lambda t, m: m + t.ones(2, 3), RuntimeError, "Tensor on device cpu is not on the expected device meta!"),
    (lambda t, m: t.cat([m, t.ones(2, 3)]), RuntimeError, "Tensor on device cpu is not on the expected device meta!"),
    (lambda t, m: t.nn.Linear(3, 4)(m), RuntimeError, "Tensor on device cpu is not on the expected device meta!"),
    (lambda t, m: m @ m, RuntimeError, "a and b must have same reduction dim, but got [2, 3] X [2, 3]."),
    (lambda t, m: t.nn.Linear(3, 4, device="meta").to("cpu"), NotImplementedError,
     "Cannot copy out of meta tensor; no data! Please use torch.nn.Module.to_empty() instead of torch.nn.Module.to() when moving module from meta to a "
     "different device."),
])
def test_elements_are_asked_for(t, call, kind, message):
    with pytest.raises(kind) as error:
        call(t, meta(t, 2, 3))
    assert str(error.value) == message


@pytest.mark.parametrize("call", [lambda m: m.nonzero(), lambda m: m.unique(), lambda m: m[m > 0], lambda m: m.masked_select(m > 0)])
def test_what_depends_on_elements(t, call):
    with pytest.raises(NotImplementedError):
        call(meta(t, 2, 3))


def test_gradients(t):
    x = meta(t, 2, 3, requires_grad=True)
    net = t.nn.Sequential(t.nn.Linear(3, 4, device="meta"), t.nn.ReLU(), t.nn.LayerNorm(4, device="meta"))
    net(x).sum().backward()
    assert form(x.grad) == ("meta", (2, 3), "torch.float32") and form(net[0].weight.grad) == ("meta", (4, 3), "torch.float32")
    optimizer = t.optim.SGD(net.parameters(), lr=0.1)
    optimizer.zero_grad()


def test_modules_are_made_and_filled(t):
    t.manual_seed(0)
    drawn = t.rand(1).item()
    t.manual_seed(0)
    with t.device("meta"):
        net = t.nn.Sequential(t.nn.Linear(3, 4), t.nn.BatchNorm1d(4), t.nn.Embedding(5, 2))
        assert t.ones(2).is_meta and t.tensor([1]).is_meta and t.as_tensor([1]).is_meta and not t.empty(2, device="cpu").is_meta
        assert t.get_default_device() == t.device("meta")
    assert t.rand(1).item() == drawn and not t.ones(1).is_meta  # nothing was drawn
    assert all(p.is_meta for p in (*net.parameters(), *net.buffers())) and sum(p.numel() for p in net.parameters()) == 34
    full = t.nn.Sequential(t.nn.Linear(3, 4), t.nn.BatchNorm1d(4), t.nn.Embedding(5, 2))
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        net.load_state_dict(full.state_dict())
    assert str(found[0].message).startswith("for 0.weight: copying from a non-meta parameter in the checkpoint to a meta parameter in the current model, which "
                                            "is a no-op.")
    assert net[0].weight.is_meta
    net.load_state_dict(full.state_dict(), assign=True)
    assert isinstance(net[0].weight, t.nn.Parameter) and net[0].weight.requires_grad
    assert t.equal(net[0].weight, full[0].weight) and not any(p.is_meta for p in (*net.parameters(), *net.buffers()))
    other = t.nn.Linear(3, 4, device="meta").to_empty(device="cpu")
    assert other.weight.device.type == "cpu" and isinstance(other.weight, t.nn.Parameter)
    other.load_state_dict(full[0].state_dict())
    assert t.equal(other.weight, full[0].weight)
    assert t.nn.Linear(3, 4).to("meta").weight.is_meta and t.nn.utils.skip_init(t.nn.Linear, 3, 4).weight.shape == (4, 3)


def test_empty_weights_of_a_library(t):
    """As accelerate's init_empty_weights: parameters go to the meta device when they are registered."""
    register = t.nn.Module.register_parameter

    def on_meta(module, name, param):
        register(module, name, param)
        if param is not None:
            module._parameters[name] = type(param)(module._parameters[name].to("meta"), requires_grad=param.requires_grad)

    t.nn.Module.register_parameter = on_meta
    try:
        net = t.nn.Sequential(t.nn.Linear(3, 4), t.nn.LayerNorm(4))
        net.register_parameter("own", t.nn.Parameter(t.ones(1)))
    finally:
        t.nn.Module.register_parameter = register
    assert net.own.is_meta and isinstance(net.own, t.nn.Parameter)


def test_default_device(t):
    t.set_default_device("meta")
    try:
        assert t.ones(1).is_meta and t.get_default_device() == t.device("meta")
    finally:
        t.set_default_device(None)
    assert not t.ones(1).is_meta


def test_copies_and_files(t):
    m = meta(t, 2, 3)
    for made in (copy.deepcopy(m), pickle.loads(pickle.dumps(m)), copy.deepcopy(t.nn.Parameter(m))):
        assert form(made) == form(m)
    file = io.BytesIO()
    t.save({"a": t.ones(2)}, file)
    file.seek(0)
    assert form(t.load(file, map_location="meta")["a"]) == ("meta", (2,), "torch.float32")
    file = io.BytesIO()
    t.save([m], file)
    file.seek(0)
    assert form(t.load(file, weights_only=False)) == [form(m)]
    assert m.untyped_storage().nbytes() == 24 and m.data_ptr() == 0


def test_writes_are_refused_where_nobody_looks():
    """What gets by the door may not write: the elements are in memory that nobody has."""
    m = wick.empty(3, device="meta")
    with pytest.raises((RuntimeError, TypeError)):
        wick.asarray(m, copy=False).numpy()[0] = 1
    with pytest.raises(RuntimeError):
        wick.ones(3).add_(m)


@pytest.mark.parametrize("size, stride", [((2, 3), (1 << 62, 1 << 62)), ((1 << 40, 1 << 20), (1 << 20, 1)), ((2,), (-1,)), ((2, 2), (1,))])
def test_sizes_beyond_measure(size, stride):
    with pytest.raises((RuntimeError, TypeError)):
        wick.empty_strided(size, stride, device="meta")


def test_compiled_functions():
    @wick.jit.script
    def f(x):
        y = (x * 2 + 1).relu().exp()
        return y, y.sum(), x.view(-1)

    net = wick.jit.script(wick.nn.Sequential(wick.nn.Conv2d(3, 4, 3), wick.nn.BatchNorm2d(4), wick.nn.ReLU()).eval().to("meta"))
    for grad in (False, True):
        x = wick.empty(2, 3, device="meta", requires_grad=grad)
        for _ in range(3):
            assert form(f(x)) == [("meta", shape, "torch.float32") for shape in ((2, 3), (), (6,))]
            assert form(net(wick.empty(1, 3, 8, 8, device="meta", requires_grad=grad))) == ("meta", (1, 4, 6, 6), "torch.float32")
