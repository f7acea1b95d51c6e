"""distributions: shapes, samples, densities, moments and mistakes beside PyTorch's."""
import importlib
import math
import pickle

import numpy as np
import pytest

import wick
from distribution_cases import CASES, of

pytestmark = pytest.mark.filterwarnings("ignore:Singular sample detected")


def close(ours, theirs, rtol=5e-5, atol=5e-6):
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=rtol, atol=atol)
    assert str(ours.dtype).split(".")[-1] == str(theirs.dtype).split(".")[-1]


def both(torch, name, batch=None):
    pair = of(wick, name), of(torch, name)
    return pair if batch is None else tuple(one.expand((*batch, *one.batch_shape)) for one in pair)


def drawn(torch, ours, theirs, how="sample", shape=(4,)):
    wick.manual_seed(3)
    torch.manual_seed(3)
    return getattr(ours, how)(shape), getattr(theirs, how)(shape)


def compare(ours, theirs, what, *values):
    """One that PyTorch does not have, wick need not have."""
    try:
        wanted = getattr(theirs, what)
        wanted = wanted(values[1]) if values else wanted() if callable(wanted) else wanted
    except (NotImplementedError, AttributeError):
        return
    found = getattr(ours, what)
    close(found(values[0]) if values else found() if callable(found) else found, wanted)


def compare_all(torch, ours, theirs):
    assert tuple(ours.batch_shape) == tuple(theirs.batch_shape) and tuple(ours.event_shape) == tuple(theirs.event_shape)
    assert (ours.has_rsample, ours.has_enumerate_support) == (theirs.has_rsample, theirs.has_enumerate_support)
    assert repr(ours) == repr(theirs)
    for how in ("sample", "rsample") if ours.has_rsample else ("sample",):
        x, y = drawn(torch, ours, theirs, how)
        close(x, y)
        close(ours.log_prob(x), theirs.log_prob(y))
        compare(ours, theirs, "cdf", x, y)
    for what in ("mean", "variance", "stddev", "mode", "entropy", "perplexity", "enumerate_support", "covariance_matrix",
                 "precision_matrix", "scale_tril", "probs", "logits"):
        compare(ours, theirs, what)
    p = np.linspace(0.05, 0.95, 7).reshape(-1, *(1 for _ in ours.batch_shape)).astype("float64" if x.dtype == wick.float64 else "float32")
    compare(ours, theirs, "icdf", wick.from_numpy(p), torch.from_numpy(p))


@pytest.mark.parametrize("name", CASES)
def test_numbers_are_pytorchs(torch, name):
    compare_all(torch, *both(torch, name))


@pytest.mark.parametrize("name", CASES)
def test_expanded(torch, name):
    ours, theirs = both(torch, name, (2,))
    assert type(ours) is type(of(wick, name)) and ours._validate_args
    if name.startswith("Multinomial"):
        theirs.entropy = lambda: of(torch, name).entropy().expand(theirs.batch_shape)  # PyTorch's lacks what it needs
        theirs.perplexity = lambda: theirs.entropy().exp()
    compare_all(torch, ours, theirs)


@pytest.mark.parametrize("name", CASES)
def test_samples_keep_their_support(name):
    ours = of(wick, name)
    x = ours.sample((50,))
    assert ours.support.check(x).all() and not x.requires_grad
    assert tuple(x.shape) == (50, *ours.batch_shape, *ours.event_shape) and tuple(ours.log_prob(x).shape) == (50, *ours.batch_shape)
    assert tuple(ours.sample().shape) == (*ours.batch_shape, *ours.event_shape)


@pytest.mark.parametrize("name", CASES)
def test_copies(name):
    ours = of(wick, name)
    if name.startswith("Normal"):
        ours.loc = ours.loc.detach()
    x = ours.sample()
    close(pickle.loads(pickle.dumps(ours)).log_prob(x), ours.log_prob(x))


# What gradients of samples and densities are taken by: the family, and parameters.
GRADIENTS = [
    ("Normal", [0.3, -1.0], [1.0, 2.0]), ("Laplace", [0.3, -1.0], [1.0, 2.0]), ("Cauchy", [0.3, -1.0], [1.0, 2.0]),
    ("Uniform", [0.3, -1.0], [1.0, 2.0]), ("Exponential", [0.3, 2.0]), ("GeneralizedPareto", [0.0, 1.0], [1.0, 2.0], [0.3, -0.5]),
    ("LogNormal", [0.3, -1.0], [1.0, 0.5]), ("LogisticNormal", [0.3, -1.0], [1.0, 0.5]), ("HalfNormal", [0.3, 2.0]),
    ("HalfCauchy", [0.3, 2.0]), ("Gumbel", [0.3, -1.0], [1.0, 0.5]), ("Pareto", [0.3, 1.0], [1.0, 2.5]),
    ("Weibull", [0.3, 1.0], [1.0, 2.5]),
    ("Kumaraswamy", [0.3, 1.0], [1.0, 2.5]), ("Gamma", [0.3, 1.0, 5.0, 50.0], [1.0, 2.0, 3.0, 4.0]), ("Chi2", [0.3, 5.0]),
    ("InverseGamma", [0.3, 5.0], [1.0, 2.0]), ("Beta", [0.3, 2.0, 20.0], [0.5, 3.0, 9.0]), ("Dirichlet", [0.3, 2.0, 8.0, 30.0]),
    ("StudentT", [1.0, 4.0], [0.0, 1.0], [1.0, 2.0]), ("FisherSnedecor", [1.0, 4.0], [3.0, 9.0]), ("ContinuousBernoulli", [0.2, 0.5, 0.9]),
    ("RelaxedBernoulli", [0.5], [0.2, 0.9]), ("RelaxedOneHotCategorical", [0.5], [0.2, 0.5, 0.3]),
    ("OneHotCategoricalStraightThrough", [0.2, 0.5, 0.3]), ("MultivariateNormal", [0.0, 1.0], [[2.0, 0.5], [0.5, 1.0]]),
    ("LowRankMultivariateNormal", [0.0, 1.0], [[2.0], [0.5]], [0.5, 1.0]), ("Wishart", [4.0], [[2.0, 0.5], [0.5, 1.0]]),
]


def gradients(t, name, values, use):
    t.manual_seed(3)
    parameters = [t.tensor(value, requires_grad=True) for value in values]
    made = getattr(importlib.import_module(f"{t.__name__}.distributions"), name)(*parameters)
    result = use(made)
    weights = t.linspace(1.0, 2.0, result.numel()).view(result.shape)  # so that the gradients of parts of 1 do not vanish
    (result * weights).sum().backward()
    return [t.zeros_like(one) if one.grad is None else one.grad for one in parameters]


@pytest.mark.parametrize("name, values", [(name, values) for name, *values in GRADIENTS], ids=[row[0] for row in GRADIENTS])
def test_gradients_are_pytorchs(torch, name, values):
    uses = {"sample": lambda made: made.rsample((3,)), "density": lambda made: made.log_prob(made.sample((3,)))}
    if name == "Wishart":  # PyTorch cannot go back through its samples
        del uses["sample"]
    for what, use in uses.items():
        for ours, theirs in zip(gradients(wick, name, values, use), gradients(torch, name, values, use)):
            np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-3, atol=1e-4, err_msg=what)


def test_without_pytorch():
    d = wick.distributions
    normal = d.Normal(wick.tensor(1.0), wick.tensor(2.0))
    assert normal.log_prob(wick.tensor(1.0)).item() == pytest.approx(-math.log(2 * math.sqrt(2 * math.pi)))
    assert d.kl_divergence(normal, normal).item() == 0
    assert d.Categorical(wick.tensor([1.0, 3.0])).log_prob(wick.tensor(1)).item() == pytest.approx(math.log(0.75))
    samples = d.Normal(3.0, 0.5).sample((10000,))
    assert samples.mean().item() == pytest.approx(3, abs=0.03) and samples.std().item() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("name", ["Gamma", "Beta", "Dirichlet", "Binomial", "NegativeBinomial", "Multinomial", "Wishart", "Gumbel",
                                  "MixtureSameFamily", "LowRankMultivariateNormal"])
def test_samples_have_the_moments(name):
    ours = of(wick, name)
    samples = ours.sample((20000,))
    np.testing.assert_allclose(samples.mean(0).numpy(), ours.mean.detach().numpy(), rtol=0.05, atol=0.1)
    np.testing.assert_allclose(samples.var(0).numpy(), ours.variance.detach().numpy(), rtol=0.1, atol=0.1)


@pytest.mark.parametrize("name", ["Normal", "Exponential", "Bernoulli", "Gamma", "ContinuousBernoulli"])
def test_entropies_follow_from_natural_parameters(name):
    ours = of(wick, name)
    close(wick.distributions.ExponentialFamily.entropy(ours), ours.entropy(), rtol=1e-3, atol=1e-3)


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


def test_probabilities_that_are_computed_late_keep_their_history(t):
    d = pytest.importorskip(f"{t.__name__}.distributions")
    logits = t.zeros(2, requires_grad=True)
    trial = d.Bernoulli(logits=logits)
    trial.sample()
    trial.probs.sum().backward()
    assert logits.grad.tolist() == [0.25, 0.25]


def test_modules_have_pytorchs_names(t):
    prefix = f"{t.__name__}.distributions"
    pytest.importorskip(prefix)
    for module, name in (("normal", "Normal"), ("studentT", "StudentT"), ("relaxed_bernoulli", "LogitRelaxedBernoulli"),
                         ("one_hot_categorical", "OneHotCategoricalStraightThrough"), ("exp_family", "ExponentialFamily"),
                         ("transforms", "ExpTransform"), ("utils", "broadcast_all"), ("constraint_registry", "biject_to")):
        found = getattr(importlib.import_module(f"{prefix}.{module}"), name)
        assert found is getattr(importlib.import_module(prefix), name, found)


def test_everything_of_pytorchs_is_there(torch):
    import torch.distributions

    assert not {name for name in dir(torch.distributions) if name[0] != "_"} - set(dir(wick.distributions))
    assert set(torch.distributions.__all__) <= set(wick.distributions.__all__)


def test_classes_of_ones_own(t):
    d = pytest.importorskip(f"{t.__name__}.distributions")
    d.Distribution.set_default_validate_args(True)  # PyTorch turns it off where its compiler was used

    class Shifted(d.Distribution):
        arg_constraints = {"start": d.constraints.positive}
        has_rsample = True

        def __init__(self, start, validate_args=None):
            self.start, = d.utils.broadcast_all(start)
            super().__init__(self.start.shape, validate_args=validate_args)

        support = d.constraints.dependent_property(lambda self: d.constraints.interval(self.start, self.start + 1), event_dim=0)

        def expand(self, batch_shape, _instance=None):
            new = self._get_checked_instance(Shifted, _instance)
            new.start = self.start.expand(batch_shape)
            super(Shifted, new).__init__(t.Size(batch_shape), validate_args=False)
            new._validate_args = self._validate_args
            return new

        def rsample(self, sample_shape=t.Size()):
            return self.start + t.rand(self._extended_shape(sample_shape))

        def log_prob(self, value):
            if self._validate_args:
                self._validate_sample(value)
            return t.zeros_like(value)

    made = d.Independent(Shifted(t.tensor([1.0, 2.0])).expand((3, 2)), 1)
    assert tuple(made.sample((5,)).shape) == (5, 3, 2) and tuple(made.log_prob(made.sample()).shape) == (3,)
    assert Shifted.support.event_dim == 0
    with pytest.raises(NotImplementedError, match="is_discrete cannot be determined statically"):
        Shifted.support.is_discrete
    with pytest.raises(ValueError, match=r"Expected parameter start .* of distribution Shifted\(start: -1.0\) to satisfy"):
        Shifted(t.tensor(-1.0))
    with pytest.raises(NotImplementedError, match="does not implement mode"):
        made.base_dist.mode
    for what in ("mean", "variance", "stddev"):
        with pytest.raises(NotImplementedError):
            getattr(made.base_dist, what)


def test_validation_can_be_turned_off(t):
    d = pytest.importorskip(f"{t.__name__}.distributions")
    d.Normal(t.zeros(1), t.tensor([-1.0]), validate_args=False)
    d.Distribution.set_default_validate_args(False)
    try:
        d.Normal(t.zeros(1), t.tensor([-1.0]))
    finally:
        d.Distribution.set_default_validate_args(True)
    with pytest.raises(ValueError):
        d.Normal(t.zeros(1), t.tensor([-1.0]))


@pytest.mark.parametrize("mistake, sentence", [
    (lambda t, d: d.Normal(t.zeros(2), t.tensor([1.0, -1.0])),
     r"Expected parameter scale \(Tensor of shape \(2,\)\) of distribution Normal\(loc: torch.Size\(\[2\]\), scale: torch.Size\(\[2\]\)\) "
     r"to satisfy the constraint GreaterThan\(lower_bound=0.0\), but found invalid values:"),
    (lambda t, d: d.Bernoulli(t.tensor(0.5)).log_prob(t.tensor(2.0)),
     r"Expected value argument \(Tensor of shape \(\)\) to be within the support \(Boolean\(\)\) of the distribution "
     r"Bernoulli\(probs: 0.5\), but found invalid values:"),
    (lambda t, d: d.Normal(0.0, 1.0).log_prob(1.0), "The value argument to log_prob must be a Tensor"),
    (lambda t, d: d.Dirichlet(t.ones(3)).log_prob(t.tensor([0.5, 0.5])),
     r"The right-most size of value must match event_shape: torch.Size\(\[2\]\) vs torch.Size\(\[3\]\)."),
    (lambda t, d: d.Normal(t.zeros(3), 1.0).log_prob(t.zeros(2)),
     r"Value is not broadcastable with batch_shape\+event_shape: torch.Size\(\[2\]\) vs torch.Size\(\[3\]\)."),
    (lambda t, d: d.Categorical(), "Either `probs` or `logits` must be specified, but not both."),
    (lambda t, d: d.Binomial(3, t.tensor(0.5), t.tensor(0.5)), "Either `probs` or `logits` must be specified, but not both."),
    (lambda t, d: d.Categorical(t.tensor(0.5)), "`probs` parameter must be at least one-dimensional."),
    (lambda t, d: d.Dirichlet(t.tensor(0.5)), "`concentration` parameter must be at least one-dimensional."),
    (lambda t, d: d.Geometric(t.tensor([0.0, 0.5])), "to be positive but found invalid values"),
    (lambda t, d: d.Uniform(1.0, 0.0), r"to satisfy the constraint LessThan\(upper_bound=0.0\)"),
    (lambda t, d: d.Beta(-1.0, 1.0), r"to satisfy the constraint IndependentConstraint\(GreaterThan\(lower_bound=0.0\), 1\)"),
    (lambda t, d: d.NegativeBinomial(2, t.tensor(1.0)), r"HalfOpenInterval\(lower_bound=0.0, upper_bound=1.0\)"),
    (lambda t, d: d.LKJCholesky(1), "Expected dim to be an integer greater than or equal to 2. Found dim=1."),
    (lambda t, d: d.MultivariateNormal(t.zeros(2)), "Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified."),
    (lambda t, d: d.MultivariateNormal(t.zeros(2), t.ones(2)), "covariance_matrix must be at least two-dimensional"),
    (lambda t, d: d.MultivariateNormal(t.zeros(2), -t.eye(2)), r"to satisfy the constraint PositiveDefinite\(\)"),
    (lambda t, d: d.LowRankMultivariateNormal(t.zeros(2), t.ones(3, 1), t.ones(2)),
     "cov_factor must be a batch of matrices with shape 2 x m"),
    (lambda t, d: d.Wishart(0.5, t.eye(2)), "Value of df=0.5 expected to be greater than ndim - 1 = 1."),
    (lambda t, d: d.Independent(d.Normal(0.0, 1.0), 1),
     r"Expected reinterpreted_batch_ndims <= len\(base_distribution.batch_shape\), actual 1 vs 0"),
    (lambda t, d: d.TransformedDistribution(d.Normal(0.0, 1.0), 3), "transforms must be a Transform or list, but was 3"),
    (lambda t, d: d.TransformedDistribution(d.Normal(0.0, 1.0), d.StickBreakingTransform()),
     "base_distribution needs to have shape with size at least 1"),
    (lambda t, d: d.MixtureSameFamily(d.Categorical(t.ones(3)), d.Normal(t.zeros(2), 1.0)),
     r"`mixture_distribution component` \(3\) does not equal `component_distribution.batch_shape\[-1\]` \(2\)"),
    (lambda t, d: d.Normal("a", 1.0), "Input arguments must all be instances of Number"),
])
def test_mistakes(t, mistake, sentence):
    with pytest.raises(ValueError, match=sentence):
        mistake(t, pytest.importorskip(f"{t.__name__}.distributions"))
