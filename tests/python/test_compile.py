"""torch.compile: backends that get graphs."""
import importlib

import pytest


@pytest.fixture(autouse=True)
def validation_stays_on(t):
    """PyTorch's compiler turns the checks of distributions off for good."""
    yield
    importlib.import_module(f"{t.__name__}.distributions").Distribution.set_default_validate_args(True)


def dynamo(t):
    return importlib.import_module(f"{t.__name__}._dynamo")


class Backend:
    def __init__(self):
        self.graphs, self.inputs = [], []

    def __call__(self, gm, example_inputs):
        self.graphs.append(gm)
        self.inputs.append([tuple(one.shape) for one in example_inputs])
        return gm.forward


def test_functions_are_graphs(t):
    def f(x, y, k=2):
        return (x * y).relu() + k, {"a": x.sum()}

    backend = Backend()
    dynamo(t).reset()
    c = t.compile(f, backend=backend, dynamic=False)
    x, y = t.tensor([1.0, -2.0]), t.tensor([3.0, 4.0])
    for _ in range(2):
        made = c(x, y)
        assert made[0].tolist() == [5, 2] and made[1]["a"].item() == -1
    assert len(backend.graphs) == 1 and backend.inputs == [[(2,), (2,)]]
    assert c(x, y, k=5)[0].tolist() == [8, 5] and len(backend.graphs) == 2
    assert c(t.ones(3), t.ones(3))[0].tolist() == [3, 3, 3] and len(backend.graphs) == 3
    assert [node.op for node in backend.graphs[0].graph.nodes].count("placeholder") == 2
    assert c.__name__ == "f" and c._torchdynamo_orig_callable is f
    x.requires_grad_()
    c(x, y)[0].sum().backward()
    assert x.grad.tolist() == [3, 0] and len(backend.graphs) == 4


def test_modules(t):
    net = t.nn.Sequential(t.nn.Linear(3, 2), t.nn.ReLU(), t.nn.Dropout(0.5))
    backend = Backend()
    dynamo(t).reset()
    c = t.compile(net, backend=backend)
    assert isinstance(c, t.nn.Module) and isinstance(c, dynamo(t).OptimizedModule) and c._orig_mod is net
    assert list(c.state_dict()) == ["_orig_mod.0.weight", "_orig_mod.0.bias"] and len(list(c.parameters())) == 2
    c.eval()
    x = t.randn(1, 3)
    assert t.equal(c(x), net(x)) and len(backend.graphs) == 1 and not net.training
    c(x).sum().backward()
    assert net[0].bias.grad is not None
    with t.no_grad():
        net[0].weight.zero_()
        assert t.equal(c(x), net(x))
    c.train()
    c(x)
    assert len(backend.graphs) >= 2
    net.eval().compile(backend=backend)
    assert t.equal(net(x), c(x))


def test_what_is_no_graph(t):
    def branch(x):
        return x + 1 if x.sum() > 0 else x - 1

    assert t.compile(branch, backend="eager")(t.ones(1)).item() == 2
    assert t.compile(branch, backend=Backend())(-t.ones(1)).item() == -2
    dynamo(t).reset()
    with pytest.raises(dynamo(t).exc.Unsupported):
        t.compile(branch, backend=Backend(), fullgraph=True)(t.ones(1))

    def fails(gm, inputs):
        raise ValueError("no")

    with pytest.raises(dynamo(t).exc.BackendCompilerFailed, match="backend='fails' raised:\nValueError: no"):
        t.compile(lambda x: x + 1, backend=fails)(t.ones(1))


@pytest.mark.parametrize("options, message", [
    ({"backend": "nope"}, "Invalid backend: 'nope', see `torch._dynamo.list_backends()` for available backends."),
    ({"mode": "default", "options": {}}, "Either mode or options can be specified, but both can't be specified at the same time."),
    ({"mode": "zzz"}, "Unrecognized mode=zzz, should be one of: default, lite, reduce-overhead, max-autotune-no-cudagraphs, max-autotune"),
])
def test_mistakes(t, options, message):
    with pytest.raises(RuntimeError) as error:
        t.compile(lambda x: x, **options)
    assert str(error.value) == message


def test_what_programs_name(t):
    @t.compile(backend="eager", fullgraph=True, dynamic=True)
    def f(x):
        return x + 1

    assert f(t.ones(1)).item() == 2
    assert t.compile(f, disable=True) is f and not t.compiler.is_compiling()
    assert "inductor" in t.compiler.list_backends() and "eager" not in dynamo(t).list_backends()
    dynamo(t).reset()
    found = dynamo(t).explain(lambda x: (x + 1) * 2)(t.ones(1))
    assert (found.graph_count, found.graph_break_count, len(found.ops_per_graph[0])) == (1, 0, 2) and "Graph Count: 1" in str(found)
    testing = importlib.import_module(f"{t.__name__}._dynamo.testing")
    counter = testing.CompileCounter()
    t.compile(lambda x: (x + 1) * 2, backend=counter)(t.ones(1))
    assert (counter.frame_count, counter.op_count) == (1, 2)
    with t.compiler.set_stance("force_eager"):
        t.compile(lambda x: x + 3, backend=counter)(t.ones(1))
    assert counter.frame_count == 1
    before = dynamo(t).config.suppress_errors
    with dynamo(t).config.patch(suppress_errors=True):
        assert dynamo(t).config.suppress_errors
    assert dynamo(t).config.suppress_errors == before

    @dynamo(t).register_backend
    def mine(gm, inputs):
        return lambda *given: tuple(one * 2 for one in gm(*given))

    assert t.compile(lambda x: x + 1, backend="mine")(t.ones(1)).item() == 4
