"""A distribution of every family, in wick or in PyTorch: CASES[name](t, d) makes it of a library and its module `distributions`."""
import importlib

P = [[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]]
M = [[2.0, 0.5], [0.5, 1.0]]


def root(t):
    return t.tensor([[2.0, 0.0], [0.5, 1.0]])


CASES = {
    # of single numbers
    "Normal": lambda t, d: d.Normal(t.tensor([0.0, 1.0], requires_grad=True), t.tensor([1.0, 2.0])),
    "Normal of numbers": lambda t, d: d.Normal(0, 1),
    "Normal of doubles": lambda t, d: d.Normal(t.zeros(3, 1, dtype=t.float64), t.ones(2, dtype=t.float64)),
    "Laplace": lambda t, d: d.Laplace(t.tensor([0.0, 1.0]), 2.0),
    "Cauchy": lambda t, d: d.Cauchy(t.tensor([0.0, 1.0]), t.tensor([1.0, 0.5])),
    "Uniform": lambda t, d: d.Uniform(t.tensor([-1.0, 0.0]), t.tensor([1.0, 2.0])),
    "Exponential": lambda t, d: d.Exponential(t.tensor([0.5, 2.0])),
    "GeneralizedPareto": lambda t, d: d.GeneralizedPareto(
        t.tensor([0.0, 1.0, -1.0]), t.tensor([1.0, 2.0, 0.5]), t.tensor([0.0, 0.3, -0.5])),
    "VonMises": lambda t, d: d.VonMises(t.tensor([0.0, 1.0, -3.0]), t.tensor([0.5, 3.0, 10.0])),
    # of functions of others
    "LogNormal": lambda t, d: d.LogNormal(t.tensor([0.0, 1.0]), t.tensor([1.0, 0.5])),
    "LogNormal of numbers": lambda t, d: d.LogNormal(0.0, 1.0),
    "LogisticNormal": lambda t, d: d.LogisticNormal(t.zeros(2, 3), t.ones(2, 3)),
    "HalfNormal": lambda t, d: d.HalfNormal(t.tensor([1.0, 0.5])),
    "HalfCauchy": lambda t, d: d.HalfCauchy(t.tensor([1.0, 0.5])),
    "Gumbel": lambda t, d: d.Gumbel(t.tensor([0.0, 1.0]), t.tensor([1.0, 0.5])),
    "Gumbel of numbers": lambda t, d: d.Gumbel(0.5, 2.0),
    "Pareto": lambda t, d: d.Pareto(t.tensor([1.0, 0.5]), t.tensor([3.0, 1.5])),
    "Weibull": lambda t, d: d.Weibull(t.tensor([1.0, 0.5]), t.tensor([1.0, 2.0])),
    "Kumaraswamy": lambda t, d: d.Kumaraswamy(t.tensor([1.5, 0.5]), t.tensor([2.0, 3.0])),
    "TransformedDistribution": lambda t, d: d.TransformedDistribution(
        d.Normal(t.zeros(2, 3), t.ones(2, 3)), [d.AffineTransform(t.arange(3.0), -2.0), d.SigmoidTransform()]),
    "TransformedDistribution of vectors": lambda t, d: d.TransformedDistribution(
        d.Normal(t.zeros(2, 3), t.ones(2, 3)), d.StickBreakingTransform()),
    "TransformedDistribution of other shapes": lambda t, d: d.TransformedDistribution(
        d.MultivariateNormal(t.zeros(6), t.eye(6)), [d.ReshapeTransform((6,), (2, 3)), d.ExpTransform()]),
    "TransformedDistribution of broadcast parameters": lambda t, d: d.TransformedDistribution(
        d.Exponential(1.0), [d.AffineTransform(t.zeros(2), t.tensor([1.0, 3.0]))]),
    # of gamma variables
    "Gamma": lambda t, d: d.Gamma(t.tensor([0.5, 2.0, 30.0]), t.tensor([1.0, 3.0, 2.0])),
    "Gamma of doubles": lambda t, d: d.Gamma(t.tensor([0.1, 2.0], dtype=t.float64), 2.0),
    "Chi2": lambda t, d: d.Chi2(t.tensor([1.0, 4.0])),
    "InverseGamma": lambda t, d: d.InverseGamma(t.tensor([0.5, 1.5, 3.0]), t.tensor([1.0, 3.0, 2.0])),
    "Beta": lambda t, d: d.Beta(t.tensor([0.5, 2.0, 20.0]), t.tensor([0.6, 3.0, 10.0])),
    "Beta of numbers": lambda t, d: d.Beta(2.0, 3),
    "Dirichlet": lambda t, d: d.Dirichlet(t.tensor([[0.5, 1.0, 2.0], [3.0, 10.0, 8.0], [0.1, 0.2, 0.3]])),
    "StudentT": lambda t, d: d.StudentT(t.tensor([0.5, 1.5, 5.0]), t.tensor([0.0, 1.0, 2.0]), t.tensor([1.0, 2.0, 0.5])),
    "FisherSnedecor": lambda t, d: d.FisherSnedecor(t.tensor([1.0, 3.0, 8.0]), t.tensor([1.0, 3.0, 9.0])),
    # of trials
    "Bernoulli": lambda t, d: d.Bernoulli(t.tensor([0.2, 0.7, 0.5])),
    "Bernoulli of logits": lambda t, d: d.Bernoulli(logits=t.tensor([-1.0, 2.0])),
    "Geometric": lambda t, d: d.Geometric(t.tensor([0.2, 0.7])),
    "Geometric of logits": lambda t, d: d.Geometric(logits=t.tensor([-1.0, 2.0])),
    "Binomial": lambda t, d: d.Binomial(5, t.tensor([0.2, 0.7])),
    "Binomial of logits": lambda t, d: d.Binomial(t.tensor([100.0, 3.0]), logits=t.tensor([-1.0, 2.0])),
    "NegativeBinomial": lambda t, d: d.NegativeBinomial(t.tensor([5.0, 2.5]), t.tensor([0.2, 0.7])),
    "NegativeBinomial of logits": lambda t, d: d.NegativeBinomial(3, logits=t.tensor([-1.0, 2.0])),
    "Poisson": lambda t, d: d.Poisson(t.tensor([0.5, 4.0, 30.0])),
    # of categories
    "Categorical": lambda t, d: d.Categorical(t.tensor(P)),
    "Categorical of logits": lambda t, d: d.Categorical(logits=t.tensor([1.0, 2.0, 0.5])),
    "OneHotCategorical": lambda t, d: d.OneHotCategorical(t.tensor(P)),
    "OneHotCategoricalStraightThrough": lambda t, d: d.OneHotCategoricalStraightThrough(t.tensor(P)),
    "Multinomial": lambda t, d: d.Multinomial(7, t.tensor(P)),
    "Multinomial of logits": lambda t, d: d.Multinomial(4, logits=t.tensor([1.0, 2.0, 0.5])),
    # relaxed
    "ContinuousBernoulli": lambda t, d: d.ContinuousBernoulli(t.tensor([0.2, 0.5, 0.9])),
    "ContinuousBernoulli of logits": lambda t, d: d.ContinuousBernoulli(logits=t.tensor([-1.0, 2.0])),
    "RelaxedBernoulli": lambda t, d: d.RelaxedBernoulli(t.tensor([0.7]), t.tensor([0.2, 0.7])),
    "RelaxedOneHotCategorical": lambda t, d: d.RelaxedOneHotCategorical(t.tensor([0.7]), t.tensor(P)),
    # of others
    "Independent": lambda t, d: d.Independent(d.Normal(t.zeros(2, 3), t.ones(2, 3)), 1),
    "Independent of nothing": lambda t, d: d.Independent(d.Bernoulli(t.tensor([0.2, 0.7])), 0),
    "MixtureSameFamily": lambda t, d: d.MixtureSameFamily(d.Categorical(t.tensor(P)), d.Normal(t.arange(6.0).view(2, 3), 0.5)),
    "MixtureSameFamily of vectors": lambda t, d: d.MixtureSameFamily(
        d.Categorical(t.tensor(P[0])), d.Independent(d.Laplace(t.arange(6.0).view(3, 2), t.ones(3, 2)), 1)),
    # of vectors and matrices
    "MultivariateNormal": lambda t, d: d.MultivariateNormal(t.tensor([0.0, 1.0]), t.tensor(M)),
    "MultivariateNormal by its root": lambda t, d: d.MultivariateNormal(t.zeros(3, 2), scale_tril=root(t)),
    "MultivariateNormal by its inverse": lambda t, d: d.MultivariateNormal(t.zeros(2), precision_matrix=t.tensor(M)),
    "LowRankMultivariateNormal": lambda t, d: d.LowRankMultivariateNormal(
        t.tensor([0.0, 1.0]), t.tensor([[1.0], [0.5]]), t.tensor([[0.3, 2.0], [1.0, 1.0]])),
    "Wishart": lambda t, d: d.Wishart(t.tensor([5.0, 4.0]), t.tensor(M)),
    "Wishart by its root": lambda t, d: d.Wishart(4.5, scale_tril=root(t)),
    "Wishart by its inverse": lambda t, d: d.Wishart(4.5, precision_matrix=t.tensor(M)),
    "LKJCholesky": lambda t, d: d.LKJCholesky(3, t.tensor([0.5, 2.0])),
    "LKJCholesky of numbers": lambda t, d: d.LKJCholesky(4, 1.5),
}


def of(t, name):
    return CASES[name](t, importlib.import_module(f"{t.__name__}.distributions"))
