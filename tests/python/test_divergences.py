"""distributions.kl_divergence beside PyTorch's, for all pairs that PyTorch registers."""
import importlib

import numpy as np
import pytest

import wick

# By class, distributions that are not too different.
MADE = {
    "Bernoulli": [lambda t, d: d.Bernoulli(t.tensor([[0.2, 0.0], [1.0, 0.5]])),
                  lambda t, d: d.Bernoulli(t.tensor([[0.6, 0.5], [0.5, 0.0]]))],
    "Beta": [lambda t, d: d.Beta(t.tensor([0.5, 2.0]), t.tensor([1.5, 3.0])), lambda t, d: d.Beta(t.tensor([1.0, 3.0]), 2.0)],
    "Binomial": [lambda t, d: d.Binomial(5, t.tensor([0.2, 0.7])), lambda t, d: d.Binomial(t.tensor([5.0, 3.0]), t.tensor([0.4, 0.5]))],
    "Categorical": [lambda t, d: d.Categorical(t.tensor([0.2, 0.8, 0.0])),
                    lambda t, d: d.Categorical(t.tensor([[0.3, 0.3, 0.4], [0.5, 0.0, 0.5]]))],
    "Cauchy": [lambda t, d: d.Cauchy(t.tensor([0.0, 1.0]), 2.0), lambda t, d: d.Cauchy(1.0, t.tensor([0.5, 3.0]))],
    "ContinuousBernoulli": [lambda t, d: d.ContinuousBernoulli(t.tensor([0.2, 0.7])),
                            lambda t, d: d.ContinuousBernoulli(t.tensor([0.4, 0.5]))],
    "Dirichlet": [lambda t, d: d.Dirichlet(t.tensor([[0.5, 1.0, 2.0]])), lambda t, d: d.Dirichlet(t.tensor([1.0, 3.0, 0.5]))],
    "Exponential": [lambda t, d: d.Exponential(t.tensor([0.5, 2.0])), lambda t, d: d.Exponential(t.tensor([1.5, 1.0]))],
    "Gamma": [lambda t, d: d.Gamma(t.tensor([0.5, 2.0]), t.tensor([1.0, 3.0])), lambda t, d: d.Gamma(t.tensor([1.5, 1.0]), 2.0)],
    "Geometric": [lambda t, d: d.Geometric(t.tensor([0.2, 0.7])), lambda t, d: d.Geometric(t.tensor([0.4, 0.5]))],
    "Gumbel": [lambda t, d: d.Gumbel(t.tensor([0.0, 1.0]), 2.0), lambda t, d: d.Gumbel(1.0, t.tensor([0.5, 3.0]))],
    "HalfNormal": [lambda t, d: d.HalfNormal(t.tensor([0.5, 2.0])), lambda t, d: d.HalfNormal(t.tensor([1.5, 1.0]))],
    "Independent": [lambda t, d: d.Independent(d.Normal(t.zeros(2, 3), 1.0), 1),
                    lambda t, d: d.Independent(d.Normal(t.ones(2, 3), 2.0), 1)],
    "Laplace": [lambda t, d: d.Laplace(t.tensor([0.0, 1.0]), 2.0), lambda t, d: d.Laplace(1.0, t.tensor([0.5, 3.0]))],
    "LowRankMultivariateNormal": [
        lambda t, d: d.LowRankMultivariateNormal(t.zeros(3), t.tensor([[1.0], [0.5], [2.0]]), t.tensor([1.0, 2.0, 0.5])),
        lambda t, d: d.LowRankMultivariateNormal(t.ones(2, 3), t.ones(2, 3, 2) * t.tensor([0.3, 0.8]), t.ones(2, 3))],
    "MultivariateNormal": [lambda t, d: d.MultivariateNormal(t.ones(2, 3), t.eye(3) + 0.5),
                           lambda t, d: d.MultivariateNormal(t.zeros(3), 2 * t.eye(3))],
    "Normal": [lambda t, d: d.Normal(t.tensor([0.0, 1.0]), 2.0), lambda t, d: d.Normal(1.0, t.tensor([0.5, 3.0]))],
    "OneHotCategorical": [lambda t, d: d.OneHotCategorical(t.tensor([0.2, 0.8, 0.0])),
                          lambda t, d: d.OneHotCategorical(t.tensor([0.3, 0.3, 0.4]))],
    "Pareto": [lambda t, d: d.Pareto(t.tensor([[1.0, 0.5]]), t.tensor([[3.0, 2.5], [1.5, 0.5]])),
               lambda t, d: d.Pareto(t.tensor([[0.2], [0.7]]), t.tensor([2.0, 4.0]))],
    "Poisson": [lambda t, d: d.Poisson(t.tensor([0.5, 2.0])), lambda t, d: d.Poisson(t.tensor([1.5, 1.0]))],
    "TransformedDistribution": [lambda t, d: d.TransformedDistribution(d.Normal(t.tensor([0.0, 1.0]), 2.0), d.ExpTransform()),
                                lambda t, d: d.LogNormal(t.tensor([1.0, 1.0]), 1.0)],
    "Uniform": [lambda t, d: d.Uniform(t.tensor([0.2, 0.3]), t.tensor([0.7, 0.9])),
                lambda t, d: d.Uniform(t.tensor([0.1, 0.4]), t.tensor([0.8, 2.0]))],
    "Wishart": [lambda t, d: d.Wishart(t.tensor([5.0, 4.0]), t.eye(3) + 0.5), lambda t, d: d.Wishart(t.tensor([4.0, 6.0]), t.eye(3))],
}
# PyTorch calls these infinite where one support is inside the other, or just fills it.
DIFFERENT = {("ContinuousBernoulli", "Uniform"), ("Uniform", "ContinuousBernoulli")}


def divergence(t, p, q, which=(0, 1)):
    d = importlib.import_module(f"{t.__name__}.distributions")
    p, q = MADE[p][which[0]](t, d), MADE[q][which[1]](t, d)
    try:
        return d.kl_divergence(p, q).detach().numpy()
    except NotImplementedError as mistake:
        return type(mistake)


def pairs():
    try:
        import torch.distributions as d
    except ImportError:
        return []
    return sorted({(p.__name__, q.__name__) for p, q in d.kl._KL_REGISTRY} - {("ExponentialFamily", "ExponentialFamily")}
                  | {("Wishart", "Wishart")})


@pytest.mark.parametrize("p, q", pairs(), ids=lambda name: name)
def test_numbers_are_pytorchs(torch, p, q):
    compared = 0
    for which in ((0, 1), (1, 0), (0, 0)):
        ours, theirs = divergence(wick, p, q, which), divergence(torch, p, q, which)
        if isinstance(theirs, type):
            assert isinstance(ours, type) and issubclass(ours, theirs)
        elif (p, q) in DIFFERENT:
            np.testing.assert_allclose(ours[np.isfinite(theirs)], theirs[np.isfinite(theirs)], rtol=2e-4, atol=2e-5)
        else:
            compared += 1
            np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=2e-5)
    assert compared or (p, q) in DIFFERENT


def test_pairs_are_pytorchs(torch):
    import torch.distributions

    def registered(table):
        return {(p.__name__, q.__name__) for p, q in table}

    assert registered(wick.distributions.kl._formulas) == registered(torch.distributions.kl._KL_REGISTRY)


@pytest.mark.parametrize("p, q", [("ContinuousBernoulli", "ContinuousBernoulli"), ("Uniform", "ContinuousBernoulli"), ("Beta", "Normal"),
                                  ("Gamma", "Gumbel"), ("Normal", "Laplace"), ("Uniform", "Beta"), ("Pareto", "Gamma")])
def test_means_of_samples(p, q):
    d = wick.distributions
    p, q = MADE[p][0](wick, d) if p != "Pareto" else d.Pareto(wick.tensor([0.2, 0.7]), 3.0), MADE[q][1](wick, d)
    x = p.sample((100000,))
    found = d.kl_divergence(p, q)
    np.testing.assert_allclose((p.log_prob(x) - q.log_prob(x)).mean(0).numpy(), found.numpy(), rtol=0.05, atol=0.05)


def test_nothing_diverges_from_itself():
    d = wick.distributions
    for name, (make, *_) in MADE.items():
        if name not in ("Bernoulli", "Categorical"):
            np.testing.assert_allclose(d.kl_divergence(make(wick, d), make(wick, d)).detach().numpy(), 0, atol=1e-4)


def test_of_ones_own(t):
    d = pytest.importorskip(f"{t.__name__}.distributions")

    class Mine(d.Normal):
        pass

    class Yours(Mine):
        pass

    mine, yours, normal = Mine(0.0, 1.0), Yours(0.0, 1.0), d.Normal(1.0, 1.0)
    assert d.kl_divergence(yours, normal).item() == 0.5  # by what is registered for Normal

    @d.register_kl(Mine, d.Normal)
    def first(p, q):
        return "first"

    @d.register_kl(d.Normal, Mine)
    def second(p, q):
        return "second"

    try:
        assert (d.kl_divergence(yours, normal), d.kl_divergence(normal, yours)) == ("first", "second")
        with pytest.warns(RuntimeWarning, match=r"Ambiguous kl_divergence\(Mine, Yours\). Please register_kl\(Mine, Mine\)"):
            assert d.kl_divergence(mine, yours) == "first"
    finally:
        table = d.kl._formulas if t is wick else d.kl._KL_REGISTRY
        del table[Mine, d.Normal], table[d.Normal, Mine]


def test_mistakes(t):
    d = pytest.importorskip(f"{t.__name__}.distributions")
    with pytest.raises(NotImplementedError, match=r"No KL\(p \|\| q\) is implemented for p type Laplace and q type Poisson"):
        d.kl_divergence(d.Laplace(0.0, 1.0), d.Poisson(1.0))
    with pytest.raises(NotImplementedError, match="cross KL-divergence between different exponential families"):
        d.kl_divergence(d.Poisson(1.0), d.Exponential(1.0))
    with pytest.raises(NotImplementedError, match="KL between Binomials"):
        d.kl_divergence(d.Binomial(1, t.tensor(0.5)), d.Binomial(2, t.tensor(0.5)))
    with pytest.raises(ValueError, match="different event shapes"):
        d.kl_divergence(d.MultivariateNormal(t.zeros(2), t.eye(2)), d.MultivariateNormal(t.zeros(3), t.eye(3)))
    with pytest.raises(NotImplementedError):
        d.kl_divergence(d.Independent(d.Normal(t.zeros(2), 1.0), 1), d.Independent(d.Normal(t.zeros(2), 1.0), 0))
