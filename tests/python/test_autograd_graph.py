"""autograd.graph: nodes, what they save, their hooks; hooks of several tensors and of leaves."""
import gc
import weakref

import pytest


def test_what_nodes_tell(t):
    x, y = t.tensor([1.0, 2.0], requires_grad=True), t.tensor([3.0, 4.0], requires_grad=True)
    product = x * y
    node = product.grad_fn
    assert isinstance(node, t.autograd.graph.Node) and node.name() == "MulBackward0"
    assert node._saved_self.tolist() == [1, 2] and node._saved_other.requires_grad
    assert [following.name() for following, _ in node.next_functions] == ["torch::autograd::AccumulateGrad"] * 2
    assert node.next_functions[0][0].variable.data_ptr() == x.data_ptr() and "<AccumulateGrad object" in repr(node.next_functions[0][0])
    node.metadata["key"] = 3
    assert product.grad_fn.metadata == {"key": 3}
    result = x.softmax(0)
    assert result.grad_fn._saved_result.tolist() == result.tolist() and result.grad_fn._saved_result.grad_fn == result.grad_fn
    assert x.sum(0).grad_fn.name() == "SumBackward1" and t.stack([x, y]).transpose(0, 1).grad_fn._saved_dim0 in (0, 2**64 - 2)
    with pytest.raises(AttributeError):
        node._saved_nothing
    product.sum().backward()
    with pytest.raises(RuntimeError, match="directly access saved tensors after they have already been freed"):
        node._saved_self


def test_hooks_of_nodes(t):
    x = t.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    seen = []
    before = y.grad_fn.register_prehook(lambda grads: seen.append(("before", grads[0].tolist())) or (grads[0] * 2,))
    after = y.grad_fn.register_hook(lambda results, grads: seen.append(("after", results[0].tolist(), grads[0].tolist())) or (results[0] + 1, *results[1:]))
    y.sum().backward(retain_graph=True)
    assert seen == [("before", [1, 1]), ("after", [6, 6], [2, 2])] and x.grad.tolist() == [7, 7]
    before.remove()
    after.remove()
    y.sum().backward()
    assert x.grad.tolist() == [10, 10] and len(seen) == 2
    collector = (x * 1).grad_fn.next_functions[0][0]
    collector.register_prehook(lambda grads: (grads[0] * 10,))
    collector.register_hook(lambda results, grads: seen.append((results, grads[0].tolist())))
    (x * 2).sum().backward()
    assert x.grad.tolist() == [30, 30] and seen[-1] == ((), [20, 20])
    y = x * 3
    y.grad_fn.register_prehook(lambda grads: grads * 2)
    with pytest.raises(RuntimeError if t.__name__ == "torch" else TypeError, match="incorrect number of values"):
        y.sum().backward()


def test_hooks_of_leaves_see_the_whole_gradient(t):
    """Once in a pass, however often the leaf was used."""
    x, seen = t.tensor([1.0, 2.0], requires_grad=True), []
    handle = x.register_hook(lambda grad: seen.append(grad.tolist()) or grad.clamp(max=5))
    y = x * x + x
    y.sum().backward(retain_graph=True)
    assert seen == [[3, 5]] and x.grad.tolist() == [3, 5]
    (x * x * x).sum().backward()
    assert seen[1:] == [[3, 12]] and x.grad.tolist() == [6, 10]
    assert t.autograd.grad(y.sum(), x)[0].tolist() == [3, 5] and len(seen) == 3
    other = t.tensor([1.0, 1.0], requires_grad=True)
    t.autograd.grad((x * other).sum(), other)
    assert len(seen) == 3  # nobody asked for this one's
    handle.remove()
    (x * x).sum().backward()
    assert len(seen) == 3


def test_hooks_after_leaves_have_their_gradients(t):
    w, seen = t.tensor([1.0, 2.0], requires_grad=True), []

    def step(parameter):
        seen.append(parameter is w)
        with t.no_grad():
            parameter -= parameter.grad
        parameter.grad = None

    handle = w.register_post_accumulate_grad_hook(step)
    (w * w).sum().backward()
    assert w.tolist() == [-1, -2] and w.grad is None
    handle.remove()
    (w * 2).sum().backward()
    assert w.grad.tolist() == [2, 2] and seen == [True]
    with pytest.raises(RuntimeError, match="cannot be registered on non-leaf tensors"):
        (w * 2).register_post_accumulate_grad_hook(step)
    with pytest.raises(RuntimeError, match="cannot register a hook on a tensor that doesn't require gradient"):
        t.ones(1).register_post_accumulate_grad_hook(step)


def test_saved_tensors_are_packed(t):
    x = t.tensor([1.0, 2.0], requires_grad=True)
    packed, unpacked = [], []

    def pack(tensor):
        packed.append(tensor.tolist())
        return tensor.tolist()

    def unpack(numbers):
        unpacked.append(numbers)
        return t.tensor(numbers)

    with t.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = x * x
        z = y * x
    assert sorted(packed) == [[1, 2], [1, 2], [1, 2], [1, 4]] and not unpacked
    slope, = t.autograd.grad(z.sum(), x, create_graph=True)
    assert sorted(unpacked) == sorted(packed) and slope.tolist() == [3, 12]
    assert t.autograd.grad(slope.sum(), x)[0].tolist() == [6, 12]
    packed.clear()
    (x * x).sum().backward()
    assert not packed  # outside


def test_saved_tensors_may_be_halved(t):
    """What is saved is what the gradient is computed with."""
    net = t.nn.Linear(3, 2, bias=False)
    x = t.full((1, 3), 0.1, requires_grad=True)
    with t.autograd.graph.saved_tensors_hooks(lambda tensor: tensor.half(), lambda tensor: tensor.float()):
        net(x).sum().backward()
    assert net.weight.grad.tolist() == [[t.tensor(0.1).half().item()] * 3] * 2
    with t.autograd.graph.save_on_cpu():
        net(x).sum().backward()

    class Cube(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, grad):
            return grad * 3 * ctx.saved_tensors[0] ** 2

    y = t.tensor(2.0, requires_grad=True)
    with t.autograd.graph.saved_tensors_hooks(lambda tensor: tensor.item(), lambda number: t.tensor(number + 1)):
        Cube.apply(y).backward()
    assert y.grad.item() == 27


def test_wrong_saved_tensors_hooks(t):
    x = t.ones(2, requires_grad=True)
    hooks = t.autograd.graph.saved_tensors_hooks
    with hooks(lambda tensor: 1, lambda number: number):
        y = x.exp()
    with pytest.raises(TypeError, match="Output of saved tensor unpack_hook expected to be a Tensor but got result of type int"):
        y.sum().backward()
    with pytest.raises(ZeroDivisionError):
        with hooks(lambda tensor: 1 / 0, lambda number: number):
            x.exp()
    assert x.exp().sum().item() > 0
    with t.autograd.graph.disable_saved_tensors_hooks("not now"):
        with pytest.raises(RuntimeError, match="not now"):
            with hooks(lambda tensor: tensor, lambda tensor: tensor):
                pass
    with hooks(lambda tensor: tensor, lambda tensor: tensor):
        pass


def test_packed_objects_go_with_the_graph(t):
    class Packed:
        def __init__(self, tensor):
            self.tensor = tensor

    x, kept = t.ones(2, requires_grad=True), []

    def pack(tensor):
        made = Packed(tensor)
        kept.append(weakref.ref(made))
        return made

    with t.autograd.graph.saved_tensors_hooks(pack, lambda packed: packed.tensor):
        y = x.exp().sum()
    assert all(one() is not None for one in kept)
    y.backward()
    gc.collect()
    assert kept and all(one() is None for one in kept)


def test_hooks_of_several_tensors(t):
    a, b, c = (t.tensor(1.0, requires_grad=True) for _ in range(3))
    seen = []
    handle = t.autograd.graph.register_multi_grad_hook((a, b, c), lambda grads: seen.append([g if g is None else g.item() for g in grads]))
    (a * b * 2).backward()
    assert seen == [[2, 2, None]]
    y = a * b * c
    y.backward(retain_graph=True)
    y.backward(inputs=[b])
    assert seen[1:] == [[1, 1, 1], [None, 1, None]]
    handle.remove()
    (a * b).backward()
    assert len(seen) == 3
    middle = [a * 2, b * 3]
    firsts = []
    t.autograd.graph.register_multi_grad_hook(middle, lambda grad: firsts.append(grad.item()), mode="any")
    sum(middle).backward(retain_graph=True)
    sum(middle).backward()
    assert firsts == [1, 1]
    with pytest.raises(ValueError, match="Expects mode to be one of"):
        t.autograd.graph.register_multi_grad_hook(middle, print, mode="some")


def test_edges_stand_for_tensors(t):
    x = t.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    edge = t.autograd.graph.get_gradient_edge(y)
    assert edge.node == y.grad_fn and edge.output_nr == 0
    loss = (y * y).sum()
    del y
    assert t.autograd.grad(loss, edge, retain_graph=True)[0].tolist() == [4, 8]
    leaf = t.autograd.graph.get_gradient_edge(x)
    assert leaf.node.name() == "torch::autograd::AccumulateGrad"
    assert t.autograd.grad(loss, [leaf], retain_graph=True)[0].tolist() == [8, 16]
    assert t.autograd.grad(edge, x, grad_outputs=t.ones(2))[0].tolist() == [2, 2]
    with pytest.raises(RuntimeError, match="for a Tensor that does not require gradients"):
        t.autograd.graph.get_gradient_edge(t.ones(1))


def test_versions(t):
    x = t.ones(2, requires_grad=True)
    y = x * 2
    z = y * y
    before = y._version
    t.autograd.graph.increment_version(y)
    assert y._version == before + 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()


NAMES = {
    "MseLossBackward0": lambda t, x: t.nn.functional.mse_loss(x, t.zeros(2, 3)),
    "SmoothL1LossBackward0": lambda t, x: t.nn.functional.smooth_l1_loss(x, t.zeros(2, 3)),
    "HuberLossBackward0": lambda t, x: t.nn.functional.huber_loss(x, t.zeros(2, 3)),
    "SoftMarginLossBackward0": lambda t, x: t.nn.functional.soft_margin_loss(x, t.ones(2, 3)),
    "BinaryCrossEntropyBackward0": lambda t, x: t.nn.functional.binary_cross_entropy(x, t.zeros(2, 3)),
    "BinaryCrossEntropyWithLogitsBackward0": lambda t, x: t.nn.functional.binary_cross_entropy_with_logits(x, t.zeros(2, 3)),
    "NllLossBackward0": lambda t, x: t.nn.functional.cross_entropy(x, t.tensor([0, 2])),
    "MaxPool2DWithIndicesBackward0": lambda t, x: t.nn.functional.max_pool2d(x.view(1, 2, 3), 2),
    "UpsampleNearest2DBackward0": lambda t, x: t.nn.functional.interpolate(x.view(1, 1, 2, 3), scale_factor=2),
    "DotBackward0": lambda t, x: x[0] @ x[1],
    "MvBackward0": lambda t, x: x @ x[0],
    "MmBackward0": lambda t, x: x @ t.ones(3, 2),
    "UnsafeViewBackward0": lambda t, x: x.view(1, 2, 3) @ t.ones(3, 2),
    "AddmmBackward0": lambda t, x: t.nn.Linear(3, 2)(x),
    "ViewBackward0": lambda t, x: t.nn.Linear(3, 2)(x.view(1, 2, 3)),
    "RsubBackward1": lambda t, x: 1 - x,
    "MulBackward0": lambda t, x: 2 / x,
    "PowBackward0": lambda t, x: x.square(),
    "MaximumBackward0": lambda t, x: t.max(x, t.zeros(2, 3)),
    "StdBackward0": lambda t, x: x.std(0),
    "PermuteBackward0": lambda t, x: x.T,
    "ToCopyBackward0": lambda t, x: x.double(),
    "SplitBackward0": lambda t, x: x.chunk(2)[0],
    "SliceBackward0": lambda t, x: x.narrow(0, 0, 1),
    "ExpandBackward0": lambda t, x: x.expand_as(x.view(1, 2, 3)),
    "ConstantPadNdBackward0": lambda t, x: t.nn.functional.pad(x, (1, 1)),
    "LinalgInvExBackward0": lambda t, x: t.linalg.inv(x[:, :2] + t.eye(2)),
}


@pytest.mark.parametrize("name", NAMES)
def test_functions_have_pytorchs_names(t, name):
    x = t.full((2, 3), 0.5, requires_grad=True)
    function = NAMES[name](t, x).grad_fn
    assert function.name() == name == type(function).__name__ and repr(function).startswith(f"<{name} object at 0x")
    assert NAMES[name](t, x).output_nr == 0


@pytest.mark.parametrize("name", ["mse_loss", "smooth_l1_loss", "huber_loss", "soft_margin_loss", "binary_cross_entropy",
                                  "binary_cross_entropy_with_logits"])
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_losses_are_differentiated_twice(t, name, reduction):
    loss = getattr(t.nn.functional, name)
    x = t.tensor([[0.2, 0.7], [0.4, 0.9]], dtype=t.float64, requires_grad=True)
    target = t.tensor([[0.6, 0.1], [0.3, 0.8]], dtype=t.float64, requires_grad=t.__name__ == "wick" or name != "soft_margin_loss")
    assert t.autograd.gradcheck(lambda x, target: loss(x, target, reduction=reduction), (x, target))
    assert t.autograd.gradgradcheck(lambda x: loss(x, target.detach(), reduction=reduction), (x,))
    if name.startswith("binary"):
        weights = dict(weight=t.tensor([2.0, 0.5], dtype=t.float64))
        if name.endswith("logits"):
            weights["pos_weight"] = t.tensor([3.0, 1.0], dtype=t.float64)
        assert t.autograd.gradcheck(lambda x, target: loss(x, target, reduction=reduction, **weights), (x, target))
