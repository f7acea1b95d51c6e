"""Densities that stand in for probabilities: samples are differentiable functions of the parameters."""
import math

import wick
from wick.nn import functional as F

from . import constraints
from .discrete import ByProbability, OfCategories
from .distribution import ExponentialFamily
from .transformed_distribution import TransformedDistribution, of_base
from .transforms import ExpTransform, SigmoidTransform
from .utils import broadcast_all, clamp_probs, lazy_property, logits_to_probs


class LogitRelaxedBernoulli(ByProbability):
    """Of the log odds of a RelaxedBernoulli."""

    support = constraints.real

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        self.temperature = temperature
        super().__init__(probs, logits, validate_args)

    def rsample(self, sample_shape=()):
        probs = clamp_probs(self.probs.expand(self._extended_shape(sample_shape)))
        u = clamp_probs(wick.rand(probs.shape, dtype=probs.dtype))
        return (u.log() - (-u).log1p() + probs.log() - (-probs).log1p()) / self.temperature

    def log_prob(self, value):
        self._check(value)
        logits, value = broadcast_all(self.logits, value)
        difference = logits - value.mul(self.temperature)
        return self.temperature.log() + difference - 2 * difference.exp().log1p()


class ExpRelaxedCategorical(OfCategories):
    """Of the logarithms of a RelaxedOneHotCategorical."""

    support = constraints.real_vector
    has_rsample = True

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        self.temperature = temperature
        super().__init__(probs, logits, validate_args)

    def rsample(self, sample_shape=()):
        u = clamp_probs(wick.rand(self._extended_shape(sample_shape), dtype=self.logits.dtype))
        scores = (self.logits - (-u.log()).log()) / self.temperature
        return scores - scores.logsumexp(dim=-1, keepdim=True)

    def log_prob(self, value):
        count = self._event_shape[0]
        self._check(value)
        logits, value = broadcast_all(self.logits, value)
        score = logits - value.mul(self.temperature)
        score = (score - score.logsumexp(dim=-1, keepdim=True)).sum(-1)
        return score + math.lgamma(count) + (count - 1) * self.temperature.log()


class _Relaxed(TransformedDistribution):
    has_rsample = True
    temperature, probs, logits = of_base("temperature"), of_base("probs"), of_base("logits")

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        super().__init__(self._base(temperature, probs, logits, validate_args), self._transform(), validate_args)


class RelaxedBernoulli(_Relaxed):
    """Of numbers near 0 and 1, the nearer the lower the temperature (Maddison, Mnih and Teh 2017)."""

    arg_constraints = ByProbability.arg_constraints
    support = constraints.unit_interval
    _base, _transform = LogitRelaxedBernoulli, SigmoidTransform


class RelaxedOneHotCategorical(_Relaxed):
    """Of vectors near those with one 1, the nearer the lower the temperature (Maddison, Mnih and Teh 2017)."""

    arg_constraints = OfCategories.arg_constraints
    support = constraints.simplex
    _base, _transform = ExpRelaxedCategorical, ExpTransform


class ContinuousBernoulli(ByProbability, ExponentialFamily):
    """With a density proportional to probs^x (1 - probs)^(1 - x) on [0, 1] (Loaiza-Ganem and Cunningham 2019). Between the two `lims`,
    around 1/2, where formulas divide by little, Taylor series take their place."""

    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, probs=None, logits=None, lims=(0.499, 0.501), validate_args=None):
        if probs is not None and logits is None:
            probs, = broadcast_all(probs)
            if validate_args and not constraints.unit_interval.check(probs).all():
                raise ValueError("The parameter probs has invalid values")
            probs = clamp_probs(probs)
        self._lims = lims
        super().__init__(probs, logits, validate_args)

    probs = lazy_property(lambda self: clamp_probs(logits_to_probs(self.logits, is_binary=True)))

    def _stable(self):
        """Where formulas hold, and probabilities that they can be computed for."""
        outside = (self.probs <= self._lims[0]) | (self.probs > self._lims[1])
        return outside, wick.where(outside, self.probs, self._lims[0])

    def _cont_bern_log_norm(self):
        """The logarithm of what makes the density's integral 1."""
        outside, p = self._stable()
        below, above = wick.where(p <= 0.5, p, 0.0), wick.where(p >= 0.5, p, 1.0)
        formula = wick.log(wick.abs(wick.log1p(-p) - wick.log(p))) - wick.where(p <= 0.5, wick.log1p(-2.0 * below),
                                                                                 wick.log(2.0 * above - 1.0))
        x = (self.probs - 0.5).pow(2)
        return wick.where(outside, formula, math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x)

    @property
    def mean(self):
        outside, p = self._stable()
        x = self.probs - 0.5
        return wick.where(outside, p / (2.0 * p - 1.0) + 1.0 / (wick.log1p(-p) - wick.log(p)),
                          0.5 + (1.0 / 3.0 + 16.0 / 45.0 * x.pow(2)) * x)

    @property
    def variance(self):
        outside, p = self._stable()
        x = (self.probs - 0.5).pow(2)
        return wick.where(outside, p * (p - 1.0) / (1.0 - 2.0 * p).pow(2) + 1.0 / (wick.log1p(-p) - wick.log(p)).pow(2),
                          1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * x) * x)

    def rsample(self, sample_shape=()):
        return self.icdf(wick.rand(self._extended_shape(sample_shape), dtype=self.probs.dtype))

    def log_prob(self, value):
        self._check(value)
        logits, value = broadcast_all(self.logits, value)
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none") + self._cont_bern_log_norm()

    def cdf(self, value):
        self._check(value)
        outside, p = self._stable()
        formula = (p.pow(value) * (1.0 - p).pow(1.0 - value) + p - 1.0) / (2.0 * p - 1.0)
        return wick.where(outside, formula, value).masked_fill(value <= 0, 0.0).masked_fill(value >= 1, 1.0)

    def icdf(self, value):
        outside, p = self._stable()
        odds = wick.log(p) - wick.log1p(-p)
        return wick.where(outside, (wick.log1p(-p + value * (2.0 * p - 1.0)) - wick.log1p(-p)) / odds, value)

    def entropy(self):
        failure = wick.log1p(-self.probs)
        return self.mean * (failure - wick.log(self.probs)) - self._cont_bern_log_norm() - failure

    _mean_carrier_measure = 0
    _natural_params = property(lambda self: (self.logits,))

    def _log_normalizer(self, x):
        low, high = (limit - 0.5 for limit in self._lims)
        outside = (x <= low) | (x > high)
        safe = wick.where(outside, x, low)
        return wick.where(outside, wick.log(wick.abs(wick.expm1(safe))) - wick.log(wick.abs(safe)),
                          0.5 * x + x.pow(2) / 24.0 - x.pow(4) / 2880.0)
