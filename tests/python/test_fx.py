"""Graphs of Python's calls: torch.fx, beside PyTorch's."""
import copy
import importlib
import pickle

import pytest


@pytest.fixture
def fx(t):
    return importlib.import_module(f"{t.__name__}.fx")


def make_net(t):
    F = t.nn.functional

    class Block(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.l = t.nn.Linear(4, 4)
            self.scale = t.nn.Parameter(t.ones(4))
            self.register_buffer("shift", t.zeros(4))

        def forward(self, x):
            return F.relu(self.l(x)) * self.scale + self.shift

    class Net(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.blocks = t.nn.Sequential(Block(), Block())
            self.head = t.nn.Linear(4, 2)

        def forward(self, x, flag=None):
            x = self.blocks(x)
            a, b = x.chunk(2, dim=1)
            y = t.cat([a, b, -x[:, :2], x[..., 0:1] ** 2], dim=1)
            z = t.add(y.sum(1, keepdim=True), 2.0, alpha=3).view(x.size(0), -1)
            return {"out": self.head(x) + z, "n": (x.shape[0], y)}

    t.manual_seed(0)
    return Net()


CODE = """


def forward(self, x, flag = None):
    blocks_0_l = getattr(self.blocks, "0").l(x);  x = None
    relu = torch.nn.functional.relu(blocks_0_l, inplace = False);  blocks_0_l = None
    blocks_0_scale = getattr(self.blocks, "0").scale
    mul = relu * blocks_0_scale;  relu = blocks_0_scale = None
    blocks_0_shift = getattr(self.blocks, "0").shift
    add = mul + blocks_0_shift;  mul = blocks_0_shift = None
    blocks_1_l = getattr(self.blocks, "1").l(add);  add = None
    relu_1 = torch.nn.functional.relu(blocks_1_l, inplace = False);  blocks_1_l = None
    blocks_1_scale = getattr(self.blocks, "1").scale
    mul_1 = relu_1 * blocks_1_scale;  relu_1 = blocks_1_scale = None
    blocks_1_shift = getattr(self.blocks, "1").shift
    add_1 = mul_1 + blocks_1_shift;  mul_1 = blocks_1_shift = None
    chunk = add_1.chunk(2, dim = 1)
    getitem = chunk[0]
    getitem_1 = chunk[1];  chunk = None
    getitem_2 = add_1[(slice(None, None, None), slice(None, 2, None))]
    neg = -getitem_2;  getitem_2 = None
    getitem_3 = add_1[(Ellipsis, slice(0, 1, None))]
    pow_1 = getitem_3 ** 2;  getitem_3 = None
    cat = torch.cat([getitem, getitem_1, neg, pow_1], dim = 1);  getitem = getitem_1 = neg = pow_1 = None
    sum_1 = cat.sum(1, keepdim = True)
    add_2 = torch.add(sum_1, 2.0, alpha = 3);  sum_1 = None
    size = add_1.size(0)
    view = add_2.view(size, -1);  add_2 = size = None
    head = self.head(add_1)
    add_3 = head + view;  head = view = None
    getattr_1 = add_1.shape;  add_1 = None
    getitem_4 = getattr_1[0];  getattr_1 = None
    return {'out': add_3, 'n': (getitem_4, cat)}
    """


def test_a_module_becomes_a_graph(t, fx):
    net = make_net(t)
    traced = fx.symbolic_trace(net)
    assert traced.code == CODE and type(traced).__name__ == "Net"
    traced.graph.lint()
    x = t.rand(3, 4)
    result = traced(x)
    assert t.equal(result["out"], net(x)["out"]) and result["n"][0] == 3
    assert isinstance(traced, fx.GraphModule) and list(traced.state_dict()) == list(traced.state_dict().keys())
    assert traced.head is net.head and getattr(traced.blocks, "0").scale is net.blocks[0].scale


def test_graphs_are_changed(t, fx):
    traced = fx.symbolic_trace(make_net(t))
    changed = copy.deepcopy(traced)
    for node in changed.graph.nodes:
        if node.op == "call_function" and node.target is t.add:
            with changed.graph.inserting_after(node):
                product = changed.graph.call_function(t.mul, (node.args[0], 2.0))
            node.replace_all_uses_with(product)
            changed.graph.erase_node(node)
    changed.recompile()
    assert "mul_2 = torch.mul(sum_1, 2.0);  sum_1 = None" in changed.code and traced.code == CODE
    x = t.rand(3, 4)
    sums = traced(x)["n"][1].sum(1, keepdim=True)
    assert t.allclose(changed(x)["out"] - traced(x)["out"], 2 * sums - (sums + 6), atol=1e-5)
    with pytest.raises(RuntimeError, match="but it still had 1 users in the graph"):
        changed.graph.erase_node(changed.graph.nodes[0] if isinstance(changed.graph.nodes, list) else next(iter(changed.graph.nodes)))


def test_dead_code(t, fx):
    def function(x):
        x.sin()
        return x + 1

    traced = fx.symbolic_trace(function)
    assert any(node.target == "sin" for node in traced.graph.nodes) and traced.graph.eliminate_dead_code()
    assert not any(node.target == "sin" for node in traced.graph.nodes) and not traced.graph.eliminate_dead_code()


def test_graphs_are_run_node_by_node(t, fx):
    net = make_net(t)
    traced = fx.symbolic_trace(net)
    seen = []

    class Shapes(fx.Interpreter):
        def run_node(self, n):
            result = super().run_node(n)
            seen.append(n.name)
            return result

    x = t.rand(2, 4)
    assert t.equal(Shapes(traced).run(x)["out"], net(x)["out"]) and seen[:3] == ["x", "flag", "blocks_0_l"] and seen[-1] == "output"

    class Smooth(fx.Transformer):
        def call_function(self, target, args, kwargs):
            if target is t.nn.functional.relu:
                return super().call_function(t.sigmoid, args[:1], {})
            return super().call_function(target, args, kwargs)

    assert "torch.sigmoid(blocks_0_l)" in Smooth(traced).transform().code


def test_tracers_know_leaves(t, fx):
    class Tracer(fx.Tracer):
        def is_leaf_module(self, m, qualname):
            return type(m).__name__ == "Block" or super().is_leaf_module(m, qualname)

    graph = Tracer().trace(make_net(t))
    assert [node.target for node in graph.nodes if node.op == "call_module"] == ["blocks.0", "blocks.1", "head"]


def test_graphs_are_built_by_hand(t, fx):
    proxy = importlib.import_module(f"{t.__name__}.fx.proxy")
    graph = fx.Graph()
    tracer = proxy.GraphAppendingTracer(graph)
    a = fx.Proxy(graph.placeholder("a"), tracer)
    weight = fx.Proxy(graph.get_attr("weight"), tracer)
    graph.output(t.tanh((2 - a) / weight).abs().node)
    module = fx.GraphModule({"weight": t.nn.Parameter(t.full((1,), 2.0))}, graph)
    assert t.allclose(module(t.ones(1)), t.tanh(t.full((1,), 0.5))) and module.weight.item() == 2
    assert "sub = 2 - a;  a = None" in module.code


def test_assertions_are_calls(t, fx):
    def function(x):
        t._assert(x.shape[0] == 2, "two rows")
        return x

    traced = fx.symbolic_trace(function)
    assert "torch._assert(eq, 'two rows')" in traced.code and traced(t.ones(2)).sum() == 2
    with pytest.raises(AssertionError, match="two rows"):
        traced(t.ones(3))


def test_what_cannot_be_traced(t, fx):
    with pytest.raises(Exception, match="symbolically traced variables cannot be used as inputs to control flow"):
        fx.symbolic_trace(lambda x: x if x.sum() > 0 else -x)
    with pytest.raises(Exception, match="Proxy object cannot be iterated"):
        fx.symbolic_trace(lambda x: [row for row in x])


def test_graph_modules_are_pickled(t, fx):
    traced = fx.symbolic_trace(t.nn.Sequential(t.nn.Linear(2, 2), t.nn.Tanh()))
    back = pickle.loads(pickle.dumps(traced))
    x = t.rand(1, 2)
    assert t.equal(back(x), traced(x)) and back.code == traced.code


def test_a_graph_module_is_scripted():
    import wick

    traced = wick.fx.symbolic_trace(wick.nn.Sequential(wick.nn.Linear(2, 2), wick.nn.Tanh()))
    x = wick.rand(1, 2)
    assert wick.equal(wick.jit.script(traced)(x), traced(x))
