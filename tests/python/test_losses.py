"""Losses that are in Python alone, beside PyTorch's."""
import pytest

import wick


def gradients(loss, *tensors):
    loss.sum().backward()
    found = [x.grad.reshape(-1).tolist() for x in tensors]
    for x in tensors:
        x.grad = None
    return found


def both(torch, function):
    """What `function(t)` gives for wick and for PyTorch: lists of numbers."""
    for ours, theirs in zip(function(wick), function(torch)):
        assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("shape", [(2, 3), (2, 1), (2,)])
@pytest.mark.parametrize("options", [{}, {"full": True}, {"reduction": "sum"}, {"reduction": "none", "eps": 0.5}], ids=str)
def test_gaussian(torch, shape, options):
    def run(t):
        input = t.arange(6.0).reshape(2, 3).requires_grad_()
        target = t.arange(6.0).reshape(2, 3).cos().requires_grad_()
        var = (t.ones(shape) * t.arange(float(t.ones(shape).numel())).reshape(shape) * 0.3).requires_grad_()
        loss = t.nn.GaussianNLLLoss(**options)(input, target, var)
        assert loss.tolist() == t.nn.functional.gaussian_nll_loss(input, target, var, **options).tolist()
        return [loss.reshape(-1).tolist(), *gradients(loss, input, target, var)]

    both(torch, run)


def test_gaussian_of_a_number_and_mistakes(t):
    x = t.ones(2, 3)
    assert t.nn.functional.gaussian_nll_loss(x, x, 1.0).item() == 0
    for var, message in ((-x, "var has negative entry/entries"), (t.ones(3, 2), "var is of incorrect size")):
        with pytest.raises(ValueError, match=message):
            t.nn.functional.gaussian_nll_loss(x, x, var)
    with pytest.raises(ValueError, match="all is not valid"):
        t.nn.functional.gaussian_nll_loss(x, x, x, reduction="all")


@pytest.mark.parametrize("options", [{}, {"swap": True, "margin": 2.5}, {"reduction": "none"}], ids=str)
@pytest.mark.parametrize("own", [False, True])
def test_triplets(torch, own, options):
    def run(t):
        a, p, n = (((t.arange(6.0) * f).sin()).reshape(2, 3).requires_grad_() for f in (1, 2, 3))
        distance = (lambda x, y: (x - y).abs().sum(1)) if own else None
        loss = t.nn.TripletMarginWithDistanceLoss(distance_function=distance, **options)(a, p, n)
        return [loss.reshape(-1).tolist(), *gradients(loss, a, p, n)]

    both(torch, run)


def test_mistakes_of_triplets(t):
    x = t.ones(2, 3)
    with pytest.raises(ValueError, match="margin must be greater than 0, got 0"):
        t.nn.functional.triplet_margin_with_distance_loss(x, x, x, margin=0)
    with pytest.raises(ValueError, match="expected margin to be greater than 0, got -1 instead"):
        t.nn.TripletMarginWithDistanceLoss(margin=-1)
    with pytest.raises(RuntimeError, match="anchor 2D, positive 1D, and negative 2D inputs"):
        t.nn.functional.triplet_margin_with_distance_loss(x, x[0], x)


@pytest.mark.parametrize("head_bias", [False, True])
def test_adaptive_softmax(torch, head_bias):
    def run(t):
        t.manual_seed(3)
        net = t.nn.AdaptiveLogSoftmaxWithLoss(16, 20, [5, 10, 15], div_value=2.0, head_bias=head_bias)
        x = t.randn(8, 16).requires_grad_()
        target = t.tensor([0, 17, 2, 9, 18, 5, 10, 19])
        output, loss = net(x, target)
        single = net(x[1], target[1])
        assert single.output.dim() == 0 and single.output.item() == pytest.approx(output[1].item(), rel=1e-4)
        return [output.tolist(), [loss.item()], *gradients(loss, x, *net.parameters()), net.log_prob(x).reshape(-1).tolist(),
                net.predict(x).tolist()]

    both(torch, run)


def test_mistakes_of_adaptive_softmax(t):
    for cutoffs in ([5, 5], [3, 2], [0, 2], [20]):
        with pytest.raises(ValueError, match="cutoffs should be a sequence of unique, positive integers"):
            t.nn.AdaptiveLogSoftmaxWithLoss(16, 20, cutoffs)
    net = t.nn.AdaptiveLogSoftmaxWithLoss(16, 20, [5])
    with pytest.raises(RuntimeError, match="Input and target should have the same size in the batch dimension."):
        net(t.ones(2, 16), t.tensor([1]))
    with pytest.raises(RuntimeError, match=r"Target values should be in \[0, 19\], but values in range \[1, 20\] were found"):
        net(t.ones(2, 16), t.tensor([1, 20]))
