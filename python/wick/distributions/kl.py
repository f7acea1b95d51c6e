"""Kullback-Leibler divergences."""
import math
import warnings

import wick
from wick.nn.functional import softplus

from .continuous import Cauchy, Exponential, Laplace, Normal, Uniform
from .discrete import Bernoulli, Binomial, Categorical, Geometric, OneHotCategorical, Poisson
from .distribution import Distribution, ExponentialFamily, Independent
from .gammas import Beta, Dirichlet, Gamma
from .multivariate import LowRankMultivariateNormal, MultivariateNormal, squares
from .relaxed import ContinuousBernoulli
from .transformed_distribution import Gumbel, HalfNormal, Pareto, TransformedDistribution
from .utils import _sum_rightmost, euler_constant

_formulas = {}
_found = {}


def register_kl(type_p, type_q):
    """A decorator for the function that gives the divergence of distributions of these types."""
    for name, kind in (("type_p", type_p), ("type_q", type_q)):
        if not isinstance(kind, type):  # other libraries' bases of distributions are fine
            raise TypeError(f"Expected {name} to be a Distribution subclass but got {kind}")

    def register(function):
        _formulas[type_p, type_q] = function
        _found.clear()
        return function

    return register


def _formula_of(type_p, type_q):
    """The one that is registered for the nearest types that these derive from; None without any."""
    pairs = [(p, q) for p in type_p.__mro__ for q in type_q.__mro__ if (p, q) in _formulas]
    if not pairs:
        return None
    by_p, by_q = pairs[0], min(pairs, key=lambda pair: type_q.__mro__.index(pair[1]))
    if _formulas[by_p] is not _formulas[by_q]:
        warnings.warn(f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__}). Please register_kl({by_p[0].__name__}, "
                      f"{by_q[1].__name__})", RuntimeWarning, stacklevel=3)
    return _formulas[by_p]


def kl_divergence(p, q):
    """The expectation under p of log(p / q), of shape batch_shape."""
    kinds = type(p), type(q)
    if kinds not in _found:
        _found[kinds] = _formula_of(*kinds)
    if _found[kinds] is None:
        raise NotImplementedError(f"No KL(p || q) is implemented for p type {type(p).__name__} and q type {type(q).__name__}")
    return _found[kinds](p, q)


# --- What p can give and q cannot has an infinite divergence.


def _infinite(p, q):
    return wick.full(p.batch_shape, math.inf, dtype=p.mean.dtype)


_BOUNDED = (Beta, ContinuousBernoulli, Pareto, Uniform)  # on one side or both
for _p, _qs in ((Beta, (Pareto,)), (ContinuousBernoulli, (Pareto,)), (Exponential, _BOUNDED), (Gamma, _BOUNDED),
                (Gumbel, (*_BOUNDED, Exponential, Gamma)), (Laplace, (*_BOUNDED, Exponential, Gamma)),
                (Normal, (*_BOUNDED, Exponential, Gamma)), (Pareto, (Beta, ContinuousBernoulli, Uniform)),
                (Poisson, (Bernoulli, Binomial))):
    for _q in _qs:
        register_kl(_p, _q)(_infinite)


def _outside(result, condition):
    return result.masked_fill(condition, math.inf)


# --- Of one family. The formulas follow from the densities.


@register_kl(ExponentialFamily, ExponentialFamily)
def _(p, q):
    """Bregman's divergence of the log normalizer (Nielsen and Nock 2010)."""
    if type(p) is not type(q):
        raise NotImplementedError("The cross KL-divergence between different exponential families cannot be computed using Bregman "
                                  "divergences")
    parameters, normalizer, expectations = p._expectations()
    result = q._log_normalizer(*q._natural_params) - normalizer
    for ours, theirs, expected in zip(parameters, q._natural_params, expectations):
        result = result - _sum_rightmost((theirs - ours) * expected, len(q.event_shape))
    return result


@register_kl(Normal, Normal)
def _normals(p, q):
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@register_kl(HalfNormal, HalfNormal)
def _(p, q):
    return _normals(p.base_dist, q.base_dist)


@register_kl(Laplace, Laplace)
def _(p, q):
    ratio, shift = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + shift / q.scale + ratio * wick.exp(-shift / p.scale) - 1


@register_kl(Cauchy, Cauchy)
def _(p, q):
    """Chyzak and Nielsen 2019."""
    return ((p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)).log() - (4 * p.scale * q.scale).log()


@register_kl(Gumbel, Gumbel)
def _(p, q):
    ratio, shift = p.scale / q.scale, (p.loc - q.loc) / q.scale
    return shift - ratio.log() + ratio * euler_constant + ((1 + ratio).lgamma() - shift).exp() - (1 + euler_constant)


@register_kl(Exponential, Exponential)
def _(p, q):
    ratio = q.rate / p.rate
    return ratio - ratio.log() - 1


@register_kl(Uniform, Uniform)
def _(p, q):
    return _outside(((q.high - q.low) / (p.high - p.low)).log(), (q.low > p.low) | (q.high < p.high))


@register_kl(Pareto, Pareto)
def _(p, q):
    ratio = q.alpha / p.alpha
    return _outside(q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1, p.scale < q.scale)


@register_kl(Gamma, Gamma)
def _(p, q):
    return (q.concentration * (p.rate / q.rate).log() + wick.lgamma(q.concentration) - wick.lgamma(p.concentration)
            + (p.concentration - q.concentration) * wick.digamma(p.concentration) + (q.rate - p.rate) * (p.concentration / p.rate))


@register_kl(Dirichlet, Dirichlet)
def _dirichlets(p, q):
    logarithms = p.concentration.digamma() - p.concentration.sum(-1, True).digamma()  # of the probabilities, expected
    return (q._log_normalizer(q.concentration) - p._log_normalizer(p.concentration)
            + ((p.concentration - q.concentration) * logarithms).sum(-1))


@register_kl(Beta, Beta)
def _(p, q):
    return _dirichlets(p._dirichlet, q._dirichlet)


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _(p, q):
    return (p.mean * (p.logits - q.logits) + p._cont_bern_log_norm() + wick.log1p(-p.probs) - q._cont_bern_log_norm()
            - wick.log1p(-q.probs))


@register_kl(Bernoulli, Bernoulli)
def _(p, q):
    def part(a, b, x, y):
        return _outside(a * (softplus(y) - softplus(x)), b == 0).masked_fill(a == 0, 0)

    return part(p.probs, q.probs, -p.logits, -q.logits) + part(1 - p.probs, 1 - q.probs, p.logits, q.logits)


@register_kl(Binomial, Binomial)
def _(p, q):
    if (p.total_count < q.total_count).any():
        raise NotImplementedError("KL between Binomials where q.total_count > p.total_count is not implemented")
    result = p.total_count * (p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p())
    return _outside(result, p.total_count > q.total_count)


@register_kl(Geometric, Geometric)
def _(p, q):
    return -p.entropy() - wick.log1p(-q.probs) / p.probs - q.logits


@register_kl(Poisson, Poisson)
def _(p, q):
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Categorical, Categorical)
def _categoricals(p, q):
    terms = p.probs * (p.logits - q.logits)
    return _outside(terms, (q.probs == 0).expand_as(terms)).masked_fill((p.probs == 0).expand_as(terms), 0).sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _(p, q):
    return _categoricals(p._categorical, q._categorical)


# --- Of distributions that are made of others.


@register_kl(Independent, Independent)
def _(p, q):
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError
    return _sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(TransformedDistribution, TransformedDistribution)
def _(p, q):
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError
    return kl_divergence(p.base_dist, q.base_dist)


# --- Of normal vectors: half of log |q| / |p|, the trace of q^-1 p and the distance of the means by q, less the dimension.


def _trace(p, q):
    """Of q^-1 p, which are sums of squares: of roots, of factors and diagonals."""
    factor, own = getattr(p, "_unbroadcasted_scale_tril", None), 0
    if not isinstance(q, LowRankMultivariateNormal):
        factors = (factor,) if factor is not None else (p._unbroadcasted_cov_factor, p._unbroadcasted_cov_diag.sqrt().diag_embed())
        return sum(squares(wick.linalg.solve_triangular(q._unbroadcasted_scale_tril, factor, upper=False)) for factor in factors)
    diagonal, reduction = q._unbroadcasted_cov_diag, q._reduction()
    if factor is None:
        factor, deviation = p._unbroadcasted_cov_factor, p._unbroadcasted_cov_diag.sqrt()
        own = (deviation.pow(2) / diagonal).sum(-1) - squares(reduction * deviation.unsqueeze(-2))
    return own + squares(factor * diagonal.rsqrt().unsqueeze(-1)) - squares(reduction @ factor)


def _vectors(p, q):
    if p.event_shape != q.event_shape:
        raise ValueError("KL-divergence between two Multivariate Normals with different event shapes cannot be computed")
    return 0.5 * (q._log_det() - p._log_det() + _trace(p, q) + q._distance(q.loc - p.loc) - p.event_shape[0])


for _p in (MultivariateNormal, LowRankMultivariateNormal):
    for _q in (MultivariateNormal, LowRankMultivariateNormal):
        register_kl(_p, _q)(_vectors)


# --- Of different families: what q's code for p's samples costs, -E log q(x), less the entropy of p.


@register_kl(Bernoulli, Poisson)
def _(p, q):
    return -p.entropy() - (p.probs * q.rate.log() - q.rate)


def _by_cross_entropy(type_q, *types_p):
    """A decorator for the function that gives -E log q(x), where x is of p: divergences are infinite where p exceeds q's support."""

    def bounds(distribution):
        support = distribution.support
        return getattr(support, "lower_bound", -math.inf), getattr(support, "upper_bound", math.inf)

    def register(cross_entropy):
        def divergence(p, q):
            (low, high), (least, most) = bounds(p), bounds(q)
            return _outside(cross_entropy(p, q) - p.entropy(), wick.as_tensor(low < least) | wick.as_tensor(high > most))

        for type_p in types_p:
            register_kl(type_p, type_q)(divergence)
        return cross_entropy

    return register


def _uniform_log(low, high):
    """The expectation of log(x) between two bounds."""
    return (wick.xlogy(high, high) - wick.xlogy(low, low)) / (high - low) - 1


_EXPECTED_LOG = {  # of log(x)
    Beta: lambda p: p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma(),
    Exponential: lambda p: -p.rate.log() - euler_constant,
    Pareto: lambda p: p.scale.log() + p.alpha.reciprocal(),
    Uniform: lambda p: _uniform_log(p.low, p.high),
}
_EXPECTED_EXP = {  # of exp((loc - x) / scale)
    Exponential: lambda p, loc, scale: (loc / scale).exp() * p.rate * scale / (p.rate * scale + 1),
    Gamma: lambda p, loc, scale: (loc / scale).exp() * (1 + (p.rate * scale).reciprocal()).pow(-p.concentration),
    Normal: lambda p, loc, scale: ((loc - p.loc) / scale + 0.5 * (p.scale / scale).pow(2)).exp(),
    Uniform: lambda p, loc, scale: (((loc - p.low) / scale).exp() - ((loc - p.high) / scale).exp()) * scale / (p.high - p.low),
}


def _expected(moments, p, *arguments):
    return next(moments[kind] for kind in type(p).__mro__ if kind in moments)(p, *arguments)


@_by_cross_entropy(Exponential, Beta, ContinuousBernoulli, Gamma, Pareto, Uniform)
def _(p, q):
    return q.rate * p.mean - q.rate.log()


@_by_cross_entropy(Gamma, Beta, Exponential, Pareto, Uniform)
def _(p, q):
    return (q.concentration.lgamma() - q.concentration * q.rate.log() - (q.concentration - 1) * _expected(_EXPECTED_LOG, p)
            + q.rate * p.mean)


@_by_cross_entropy(Normal, Beta, ContinuousBernoulli, Exponential, Gamma, Gumbel, Laplace, Pareto, Uniform)
def _(p, q):
    return 0.5 * math.log(2 * math.pi) + q.scale.log() + 0.5 * (p.variance + (p.mean - q.loc).pow(2)) / q.scale.pow(2)


@_by_cross_entropy(Gumbel, *_EXPECTED_EXP)
def _(p, q):
    return q.scale.log() + (p.mean - q.loc) / q.scale + _expected(_EXPECTED_EXP, p, q.loc, q.scale)


@_by_cross_entropy(Laplace, Normal)
def _(p, q):
    shift = (p.loc - q.loc) / p.scale
    expected = math.sqrt(2 / math.pi) * wick.exp(-0.5 * shift.pow(2)) + shift * wick.erf(math.sqrt(0.5) * shift)  # of |x - loc|
    return (2 * q.scale).log() + p.scale * expected / q.scale


@_by_cross_entropy(Uniform, Beta, ContinuousBernoulli)
def _(p, q):
    return (q.high - q.low).log()


@_by_cross_entropy(Pareto, Uniform)
def _(p, q):
    return (q.alpha + 1) * _expected(_EXPECTED_LOG, p) - q.alpha.log() - q.alpha * q.scale.log()


@_by_cross_entropy(Beta, Uniform)
def _(p, q):
    return (q._log_normalizer(*q._natural_params) - (q.concentration1 - 1) * _uniform_log(p.low, p.high)
            - (q.concentration0 - 1) * _uniform_log(1 - p.high, 1 - p.low))


@_by_cross_entropy(ContinuousBernoulli, Beta, Uniform)
def _(p, q):
    return -p.mean * q.logits - wick.log1p(-q.probs) - q._cont_bern_log_norm()
