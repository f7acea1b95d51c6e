"""What beginners do wrong, and what they are told: PyTorch's type of error and its sentence."""
import warnings

import pytest


def twice(t):
    x = t.ones(2, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    y.backward()


def change_leaf(t):
    x = t.ones(2, requires_grad=True)
    x += 1


def change_view_of_leaf(t):
    x = t.ones(2, requires_grad=True)
    x[0] = 1


def no_super(t):
    class Net(t.nn.Module):
        def __init__(self):
            self.layer = t.nn.Linear(1, 1)

    Net()


def logits(t):
    return t.zeros(3, 5)


def images(t):
    return t.zeros(3, 5, 2, 2)


def classes(t, *sizes):
    return t.zeros(sizes).long()


def parameters(t):
    return [t.nn.Parameter(t.ones(2))]


def gradient_of(t, value):
    t.ones(2).grad = value


def doubling(t):
    class Double(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    return Double


def gradcheck_of_a_constant(t):
    t.autograd.gradcheck(lambda x: x.detach() * 2, [t.ones(2, dtype=t.double, requires_grad=True)])


def named_and_unnamed(t):
    t.optim.SGD(list(t.nn.Linear(2, 2).named_parameters()) + parameters(t), lr=0.1)


MISTAKES = {
    "shapes of a product": lambda t: t.rand(2, 3) @ t.rand(2, 3),
    "rank of a product": lambda t: t.mm(t.rand(2, 3), t.rand(2, 3, 1)),
    "dtypes of a product": lambda t: t.rand(2, 2) @ t.ones(2, 2).long(),
    "width of a linear layer": lambda t: t.nn.Linear(4, 2)(t.rand(3, 5)),
    "dtype of a linear layer": lambda t: t.nn.Linear(4, 2)(t.rand(3, 4).double()),
    "width of a norm": lambda t: t.nn.LayerNorm(5)(t.rand(2, 4)),
    "channels of a norm": lambda t: t.nn.BatchNorm1d(3)(t.rand(2, 4)),
    "one value per channel": lambda t: t.nn.BatchNorm1d(3)(t.rand(1, 3)),
    "channels of a convolution": lambda t: t.nn.Conv2d(3, 4, 3)(t.rand(1, 1, 8, 8)),
    "dtype of a convolution": lambda t: t.nn.Conv2d(3, 4, 3)(t.ones(1, 3, 8, 8).long()),
    "size of a pool": lambda t: t.nn.functional.max_pool2d(t.rand(1, 1, 1, 1), 2),
    "odd padding": lambda t: t.nn.functional.pad(t.rand(2, 2), (1,)),
    "broadcasting": lambda t: t.rand(2, 3) + t.rand(4),
    "joining": lambda t: t.cat([t.rand(2, 3), t.rand(2, 4)]),
    "view": lambda t: t.rand(6).view(4, 2),
    "view of a transposed": lambda t: t.rand(2, 3).t().view(6),
    "backward twice": twice,
    "change of a leaf": change_leaf,
    "change of a view of a leaf": change_view_of_leaf,
    "backward of many": lambda t: t.ones(2, requires_grad=True).mul(2).backward(),
    "backward of nothing": lambda t: t.ones(2).sum().backward(),
    "gradients of integers": lambda t: t.tensor([1, 2]).requires_grad_(),
    "gradient's shape": lambda t: t.ones(2, requires_grad=True).mul(2).backward(t.ones(3)),
    "gradient of the unused": lambda t: t.autograd.grad(t.ones(2, requires_grad=True).sum(), [t.ones(1, requires_grad=True)]),
    "numpy of a leaf": lambda t: t.ones(2, requires_grad=True).numpy(),
    "truth of many": lambda t: bool(t.ones(2)),
    "item of many": lambda t: t.ones(2).item(),
    "float of many": lambda t: float(t.ones(3)),
    "missing key": lambda t: t.nn.Linear(4, 2).load_state_dict({"weight": t.rand(2, 4)}),
    "unexpected key": lambda t: t.nn.Linear(4, 2).load_state_dict({"weight": t.rand(2, 4), "bias": t.rand(2), "x": 1}),
    "key's size": lambda t: t.nn.Sequential(t.nn.Linear(4, 2)).load_state_dict({"0.weight": t.rand(3, 4), "0.bias": t.rand(2)}),
    "float classes": lambda t: t.nn.functional.cross_entropy(logits(t), t.rand(3)),
    "short classes": lambda t: t.nn.functional.cross_entropy(logits(t), t.tensor([1, 2, 3]).int()),
    "classes of two dimensions": lambda t: t.nn.functional.cross_entropy(logits(t), t.ones(3, 1).long()),
    "probabilities outside": lambda t: t.nn.functional.binary_cross_entropy(logits(t) + 2, t.rand(3, 5)),
    "whole targets": lambda t: t.nn.functional.binary_cross_entropy(t.rand(3), t.ones(3).long()),
    "whole targets of logits": lambda t: t.nn.functional.binary_cross_entropy_with_logits(t.rand(3), t.ones(3).long()),
    "size of targets": lambda t: t.nn.functional.binary_cross_entropy_with_logits(t.rand(3, 1), t.rand(3)),
    "embedding's range": lambda t: t.nn.Embedding(3, 2)(t.tensor([3])),
    "embedding's dtype": lambda t: t.nn.Embedding(3, 2)(t.rand(2)),
    "index": lambda t: logits(t)[0, 9],
    "indices": lambda t: logits(t)[0, 0, 0],
    "index of a number": lambda t: t.tensor(1.0)[0],
    "mask's shape": lambda t: logits(t)[t.ones(4).bool()],
    "dimension": lambda t: logits(t).sum(3),
    "tensor of None": lambda t: t.tensor([None]),
    "tensor of an object": lambda t: t.tensor(object()),
    "ragged": lambda t: t.tensor([[1, 2], [3]]),
    "singular": lambda t: t.linalg.inv(t.zeros(2, 2)),
    "not positive": lambda t: t.linalg.cholesky(-t.eye(3)),
    "no parameters": lambda t: t.optim.SGD([], lr=0.1),
    "one parameter": lambda t: t.optim.SGD(t.ones(2, requires_grad=True), lr=0.1),
    "no super().__init__()": no_super,
    "class that there is not": lambda t: t.nn.functional.cross_entropy(logits(t), t.tensor([0, 1, 7])),
    "class of one sample": lambda t: t.nn.functional.cross_entropy(t.zeros(5), t.tensor(7)),
    "negative class": lambda t: t.nn.functional.nll_loss(logits(t), t.tensor([0, 1, -1])),
    "class of a pixel": lambda t: t.nn.functional.nll_loss(images(t), classes(t, 3, 2, 2) + 7),
    "too few targets": lambda t: t.nn.CrossEntropyLoss()(logits(t), t.tensor([0, 1])),
    "too few weighted targets": lambda t: t.nn.functional.cross_entropy(logits(t), t.tensor([0, 1]), weight=t.ones(5)),
    "one target": lambda t: t.nn.functional.nll_loss(logits(t), classes(t)),
    "targets of one sample": lambda t: t.nn.functional.nll_loss(t.zeros(5), classes(t, 3)),
    "too few images": lambda t: t.nn.functional.cross_entropy(images(t), classes(t, 2, 2, 2)),
    "size of target images": lambda t: t.nn.functional.cross_entropy(images(t), classes(t, 3, 2, 3)),
    "targets that are no images": lambda t: t.nn.functional.cross_entropy(images(t), classes(t, 3, 2)),
    "length of target rows": lambda t: t.nn.functional.nll_loss(t.zeros(3, 5, 2), classes(t, 3, 3)),
    "weights of classes": lambda t: t.nn.functional.cross_entropy(logits(t), classes(t, 3), weight=t.ones(4)),
    "whole logits": lambda t: t.nn.functional.cross_entropy(logits(t).long(), classes(t, 3)),
    "lengths of ctc": lambda t: t.nn.functional.ctc_loss(t.rand(5, 2, 3), t.ones(2, 3).long(), t.tensor([6, 5]), t.tensor([3, 3])),
    "softmax of integers": lambda t: t.softmax(t.ones(3).long(), 0),
    "random integers by randn": lambda t: t.randn(2, dtype=t.long),
    "counts of floats": lambda t: t.bincount(t.ones(2)),
    "mode of padding": lambda t: t.nn.functional.pad(t.ones(1, 2, 2), (3, 3), mode="x"),
    "float condition": lambda t: t.where(t.ones(2), t.ones(2), t.zeros(2)),
    "float mask": lambda t: t.ones(2).masked_fill(t.ones(2), 0),
    "float mask in place": lambda t: t.ones(2).masked_fill_(t.ones(2), 0),
    "mask of bytes": lambda t: t.ones(2).masked_fill(t.ones(2).byte(), 0),
    "float selection": lambda t: t.ones(2).masked_select(t.ones(2)),
    "value of a mask": lambda t: t.ones(2).masked_fill(t.ones(2).bool(), t.ones(2)),
    "index out of a list": lambda t: t.ones(3)[[0, 5]],
    "float index": lambda t: t.ones(3)[t.ones(2)],
    "slice of a number": lambda t: t.tensor(1.0)[0:1],
    "step of 0": lambda t: t.ones(3)[::0],
    "text as an element": lambda t: t.ones(3).__setitem__(0, "x"),
    "list as elements": lambda t: t.ones(3).__setitem__(slice(None), [1, 2, 3]),
    "index of gather": lambda t: t.ones(3, 3).gather(1, t.ones(3, 1)),
    "index of scatter": lambda t: t.ones(3, 3).scatter_(1, t.ones(3, 1), 1.0),
    "text in a tensor": lambda t: "a" in t.ones(2),
    "number too large": lambda t: t.ones(2) + 2**70,
    "element too large": lambda t: t.tensor(2**70),
    "list of tensors": lambda t: t.tensor([t.ones(2), t.ones(2)]),
    "Tensor of a number": lambda t: t.Tensor(3.5),
    "step against the bounds": lambda t: t.arange(5, 0, 1),
    "negative permutation": lambda t: t.randperm(-1),
    "negative strides": lambda t: t.ones(3).as_strided((3,), (-1,)),
    "gradient's size": lambda t: gradient_of(t, t.ones(3)),
    "in-place detach of a view": lambda t: (t.ones(2, requires_grad=True) * 2)[0].detach_(),
    "gradient of nothing": lambda t: t.autograd.grad(t.ones(2, requires_grad=True).sum(), []),
    "call of a function object": lambda t: doubling(t)()(t.ones(1)),
    "function without backward": lambda t: doubling(t).apply(t.ones(1, requires_grad=True)).backward(),
    "gradcheck of a constant": gradcheck_of_a_constant,
    "names of some parameters": named_and_unnamed,
    "no data to shuffle": lambda t: t.utils.data.DataLoader([], shuffle=True),
    "no folder": lambda t: t.save(t.ones(2), "/nonexistent/x.pt"),
    "no file": lambda t: t.load("/nonexistent/file.pt"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_pytorchs_error(torch, name):
    import wick

    told = []
    for t in (torch, wick):
        with pytest.raises(Exception) as raised:
            MISTAKES[name](t)
        told.append(raised.value)
    theirs, ours = told
    assert str(ours) == str(theirs)
    kind = next(kind for kind in type(theirs).__mro__ if kind.__module__ == "builtins")
    assert isinstance(ours, kind)


def test_singular_matrices_have_an_error_of_their_own(t):
    for wrong in (lambda: t.linalg.solve(t.zeros(2, 2), t.ones(2, 1)), lambda: t.linalg.cholesky(-t.eye(3))):
        with pytest.raises(t.linalg.LinAlgError):
            wrong()
    assert issubclass(t.linalg.LinAlgError, RuntimeError)


def test_a_target_of_another_shape_is_warned_of(t):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        t.nn.functional.mse_loss(t.rand(3, 1), t.rand(3))
    assert "Using a target size (torch.Size([3])) that is different to the input size (torch.Size([3, 1]))" in str(seen[0].message)
