"""distributions: samples, densities, moments and divergences beside PyTorch's."""
import math

import numpy as np
import pytest

import wick

T = [[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]]
CASES = {
    "Normal": lambda t, d: d.Normal(t.tensor([0.0, 1.0], requires_grad=True), t.tensor([1.0, 2.0])),
    "Normal of numbers": lambda t, d: d.Normal(0, 1),
    "Laplace": lambda t, d: d.Laplace(t.tensor([0.0, 1.0]), 2.0),
    "Uniform": lambda t, d: d.Uniform(t.tensor([-1.0, 0.0]), t.tensor([1.0, 2.0])),
    "Exponential": lambda t, d: d.Exponential(t.tensor([0.5, 2.0])),
    "MultivariateNormal": lambda t, d: d.MultivariateNormal(t.tensor([0.0, 1.0]), t.tensor([[2.0, 0.5], [0.5, 1.0]])),
    "MultivariateNormal by its root": lambda t, d: d.MultivariateNormal(t.zeros(3, 2), scale_tril=t.tensor([[2.0, 0.0], [0.5, 1.0]])),
    "MultivariateNormal by its inverse": lambda t, d: d.MultivariateNormal(t.zeros(2), precision_matrix=t.tensor([[2.0, 0.5], [0.5, 1.0]])),
    "Bernoulli": lambda t, d: d.Bernoulli(t.tensor([0.2, 0.7])),
    "Bernoulli of logits": lambda t, d: d.Bernoulli(logits=t.tensor([-1.0, 2.0])),
    "Categorical": lambda t, d: d.Categorical(t.tensor(T)),
    "Categorical of logits": lambda t, d: d.Categorical(logits=t.tensor([1.0, 2.0, 0.5])),
    "OneHotCategorical": lambda t, d: d.OneHotCategorical(t.tensor(T)),
    "Poisson": lambda t, d: d.Poisson(t.tensor([0.5, 4.0])),
    "Independent": lambda t, d: d.Independent(d.Normal(t.zeros(2, 3), t.ones(2, 3)), 1),
}


def of(lib, name):
    import importlib

    return CASES[name](lib, importlib.import_module(f"{lib.__name__}.distributions"))


def close(ours, theirs):
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("name", CASES)
def test_numbers_are_pytorchs(torch, name):
    ours, theirs = of(wick, name), of(torch, name)
    assert tuple(ours.batch_shape) == tuple(theirs.batch_shape) and tuple(ours.event_shape) == tuple(theirs.event_shape)
    assert ours.has_rsample == theirs.has_rsample
    for draw in ("sample", "rsample") if ours.has_rsample else ("sample",):
        wick.manual_seed(3)
        torch.manual_seed(3)
        x, y = getattr(ours, draw)((4,)), getattr(theirs, draw)((4,))
        close(x, y)
        close(ours.log_prob(x), theirs.log_prob(y))
    for what in ("mean", "variance", "stddev", "mode"):
        try:
            wanted = getattr(theirs, what)
        except NotImplementedError:
            continue
        close(getattr(ours, what), wanted)
    for what in ("entropy", "cdf"):
        try:
            wanted = getattr(theirs, what)(*([y] if what == "cdf" else []))
        except NotImplementedError:
            continue
        close(getattr(ours, what)(*([x] if what == "cdf" else [])), wanted)
    assert repr(ours) == repr(theirs)


PAIRS = [("Normal", "Normal of numbers"), ("Laplace", "Laplace"), ("Uniform", "Uniform"), ("Exponential", "Exponential"),
         ("MultivariateNormal", "MultivariateNormal by its inverse"), ("Bernoulli", "Bernoulli of logits"),
         ("Categorical", "Categorical of logits"), ("OneHotCategorical", "OneHotCategorical"), ("Poisson", "Poisson"),
         ("Independent", "Independent")]


@pytest.mark.parametrize("p, q", PAIRS)
def test_divergences_are_pytorchs(torch, p, q):
    import torch.distributions

    close(wick.distributions.kl_divergence(of(wick, p), of(wick, q)), torch.distributions.kl_divergence(of(torch, p), of(torch, q)))


def test_without_pytorch():
    d = wick.distributions
    normal = d.Normal(wick.tensor(1.0), wick.tensor(2.0))
    assert normal.log_prob(wick.tensor(1.0)).item() == pytest.approx(-math.log(2 * math.sqrt(2 * math.pi)))
    assert d.kl_divergence(normal, normal).item() == 0
    assert d.Categorical(wick.tensor([1.0, 3.0])).log_prob(wick.tensor(1)).item() == pytest.approx(math.log(0.75))
    samples = d.Normal(3.0, 0.5).sample((10000,))
    assert samples.mean().item() == pytest.approx(3, abs=0.03) and samples.std().item() == pytest.approx(0.5, abs=0.03)


def test_gradients_go_through_samples(t):
    d = pytest.importorskip(f"{t.__name__}.distributions")
    loc, scale = t.zeros(3, requires_grad=True), t.ones(3, requires_grad=True)
    d.Normal(loc, scale).rsample().sum().backward()
    assert loc.grad.tolist() == [1, 1, 1] and scale.grad is not None
    assert not d.Normal(loc, scale).sample().requires_grad
    logits = t.zeros(2, requires_grad=True)
    policy = d.Categorical(logits=logits)
    (-policy.log_prob(t.tensor(1)) * 2.0).backward()
    assert logits.grad.tolist() == [1, -1]


def test_wrong_arguments(t):
    d = pytest.importorskip(f"{t.__name__}.distributions")
    with pytest.raises(ValueError, match=r"Expected parameter scale \(Tensor of shape \(2,\)\) of distribution Normal\(loc: torch.Size"
                                         r"\(\[2\]\), scale: torch.Size\(\[2\]\)\) to satisfy the constraint GreaterThan\(lower_bound=0.0\)"):
        d.Normal(t.zeros(2), t.tensor([1.0, -1.0]))
    with pytest.raises(ValueError, match="to be within the support"):
        d.Bernoulli(t.tensor(0.5)).log_prob(t.tensor(2.0))
    with pytest.raises(ValueError, match="Either `probs` or `logits` must be specified, but not both."):
        d.Categorical()
    with pytest.raises(ValueError, match=r"to satisfy the constraint LessThan\(upper_bound=0.0\)"):
        d.Uniform(1.0, 0.0)
    with pytest.raises(NotImplementedError, match="No KL"):
        d.kl_divergence(d.Laplace(0.0, 1.0), d.Poisson(1.0))
    d.Normal(t.zeros(1), t.tensor([-1.0]), validate_args=False)
