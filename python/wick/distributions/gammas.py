"""Distributions whose samples are made of gamma variables."""
import math

import wick
from wick.nn import functional as F

from . import constraints
from .distribution import Distribution, ExponentialFamily
from .transformed_distribution import TransformedDistribution, of_base
from .transforms import PowerTransform
from .utils import _standard_normal, broadcast_all


class Gamma(ExponentialFamily):
    """With the density rate^concentration x^(concentration - 1) exp(-rate x) / gamma(concentration)."""

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    def __init__(self, concentration, rate, validate_args=None):
        self._take(validate_args, concentration=concentration, rate=rate)

    mean = property(lambda self: self.concentration / self.rate)
    mode = property(lambda self: ((self.concentration - 1) / self.rate).clamp(min=0))
    variance = property(lambda self: self.concentration / self.rate.pow(2))

    def rsample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        value = wick._standard_gamma(self.concentration.expand(shape)) / self.rate.expand(shape)
        value.detach().clamp_(min=wick.finfo(value.dtype).tiny)  # below autograd, whose gradient is that of the quotient
        return value

    def log_prob(self, value):
        value = wick.as_tensor(value, dtype=self.rate.dtype)
        self._check(value)
        return (wick.xlogy(self.concentration, self.rate) + wick.xlogy(self.concentration - 1, value) - self.rate * value
                - wick.lgamma(self.concentration))

    def cdf(self, value):
        self._check(value)
        return wick.special.gammainc(self.concentration, self.rate * value)

    def entropy(self):
        return (self.concentration - wick.log(self.rate) + wick.lgamma(self.concentration)
                + (1.0 - self.concentration) * wick.digamma(self.concentration))

    _mean_carrier_measure = 0
    _natural_params = property(lambda self: (self.concentration - 1, -self.rate))

    def _log_normalizer(self, x, y):
        return wick.lgamma(x + 1) + (x + 1) * wick.log(-y.reciprocal())


class Chi2(Gamma):
    """Of the sum of the squares of df normal variables."""

    arg_constraints = {"df": constraints.positive}
    _batched = Gamma.arg_constraints
    df = property(lambda self: self.concentration * 2)

    def __init__(self, df, validate_args=None):
        super().__init__(0.5 * df, 0.5, validate_args)


class InverseGamma(TransformedDistribution):
    """Of 1 / x for a gamma variable x."""

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.positive
    concentration, rate = of_base("concentration"), of_base("rate")

    def __init__(self, concentration, rate, validate_args=None):
        base = Gamma(concentration, rate, validate_args=validate_args)
        super().__init__(base, PowerTransform(-base.rate.new_ones(())), validate_args)

    mean = property(lambda self: wick.where(self.concentration > 1, self.rate / (self.concentration - 1), math.inf))
    mode = property(lambda self: self.rate / (self.concentration + 1))

    @property
    def variance(self):
        a = self.concentration
        return wick.where(a > 2, self.rate.square() / ((a - 1).square() * (a - 2)), math.inf)

    def entropy(self):
        a = self.concentration
        return a + self.rate.log() + a.lgamma() - (1 + a) * a.digamma()


class Dirichlet(ExponentialFamily):
    """Of gamma variables over their sum: probabilities, along the last dimension."""

    arg_constraints = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, concentration, validate_args=None):
        if concentration.dim() < 1:
            raise ValueError("`concentration` parameter must be at least one-dimensional.")
        self.concentration = concentration
        super().__init__(concentration.shape[:-1], concentration.shape[-1:], validate_args)

    mean = property(lambda self: self.concentration / self.concentration.sum(-1, True))

    @property
    def mode(self):
        above = (self.concentration - 1).clamp(min=0.0)
        mode = above / above.sum(-1, True)
        # Of densities that are largest at the corners, a corner.
        corner = F.one_hot(mode.argmax(-1), mode.shape[-1]).to(mode.dtype)
        return wick.where((self.concentration < 1).all(-1, keepdim=True), corner, mode)

    @property
    def variance(self):
        total = self.concentration.sum(-1, True)
        return self.concentration * (total - self.concentration) / (total.pow(2) * (total + 1))

    def rsample(self, sample_shape=()):
        return wick._sample_dirichlet(self.concentration.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        self._check(value)
        return wick.xlogy(self.concentration - 1.0, value).sum(-1) - self._log_normalizer(self.concentration)

    def entropy(self):
        a, total = self.concentration, self.concentration.sum(-1)
        return (self._log_normalizer(a) - (a.size(-1) - total) * wick.digamma(total) - ((a - 1.0) * wick.digamma(a)).sum(-1))

    _natural_params = property(lambda self: (self.concentration,))

    def _log_normalizer(self, x):
        return x.lgamma().sum(-1) - wick.lgamma(x.sum(-1))


class Beta(ExponentialFamily):
    """Of the first of two probabilities with a Dirichlet distribution."""

    arg_constraints = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    support = constraints.unit_interval
    has_rsample = True
    concentration1 = property(lambda self: self._dirichlet.concentration[..., 0])
    concentration0 = property(lambda self: self._dirichlet.concentration[..., 1])

    def __init__(self, concentration1, concentration0, validate_args=None):
        self._dirichlet = Dirichlet(wick.stack(broadcast_all(concentration1, concentration0), -1), validate_args)
        super().__init__(self._dirichlet.batch_shape, validate_args=validate_args)

    mean = property(lambda self: self._dirichlet.mean[..., 0])
    mode = property(lambda self: self._dirichlet.mode[..., 0])
    variance = property(lambda self: self._dirichlet.variance[..., 0])

    def rsample(self, sample_shape=()):
        return self._dirichlet.rsample(sample_shape)[..., 0]

    def log_prob(self, value):
        self._check(value)
        return self._dirichlet.log_prob(wick.stack((value, 1.0 - value), -1))

    def entropy(self):
        return self._dirichlet.entropy()

    _natural_params = property(lambda self: (self.concentration1, self.concentration0))

    def _log_normalizer(self, x, y):
        return wick.lgamma(x) + wick.lgamma(y) - wick.lgamma(x + y)


class StudentT(Distribution):
    """Of a normal variable over the root of a chi-squared one by its degrees of freedom."""

    arg_constraints = {"df": constraints.positive, "loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, df, loc=0.0, scale=1.0, validate_args=None):
        self._take(validate_args, df=df, loc=loc, scale=scale)
        self._chi2 = Chi2(self.df)

    mean = property(lambda self: self.loc.masked_fill(self.df <= 1, math.nan))
    mode = property(lambda self: self.loc)

    @property
    def variance(self):
        found = self.scale.pow(2) * self.df / (self.df - 2)
        return found.masked_fill(self.df <= 2, math.inf).masked_fill(self.df <= 1, math.nan)

    def rsample(self, sample_shape=()):
        x = _standard_normal(self._extended_shape(sample_shape), self.df.dtype)
        return self.loc + self.scale * (x * wick.rsqrt(self._chi2.rsample(sample_shape) / self.df))

    def _log_beta(self):
        """The logarithm of beta(df / 2, 1 / 2)."""
        return wick.lgamma(0.5 * self.df) + 0.5 * math.log(math.pi) - wick.lgamma(0.5 * (self.df + 1.0))

    def log_prob(self, value):
        self._check(value)
        y = (value - self.loc) / self.scale
        normalizer = self.scale.log() + 0.5 * self.df.log() + self._log_beta()
        return -0.5 * (self.df + 1.0) * wick.log1p(y**2.0 / self.df) - normalizer

    def entropy(self):
        half = 0.5 * (self.df + 1)
        return self.scale.log() + half * (wick.digamma(half) - wick.digamma(0.5 * self.df)) + 0.5 * self.df.log() + self._log_beta()


class FisherSnedecor(Distribution):
    """Of the ratio of two chi-squared variables, each by its degrees of freedom."""

    arg_constraints = {"df1": constraints.positive, "df2": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, df1, df2, validate_args=None):
        self._take(validate_args, df1=df1, df2=df2)
        self._gamma1, self._gamma2 = (Gamma(df * 0.5, df) for df in (self.df1, self.df2))

    @property
    def mean(self):
        return (self.df2 / (self.df2 - 2)).masked_fill(self.df2 <= 2, math.nan)

    @property
    def mode(self):
        return ((self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2)).masked_fill(self.df1 <= 2, math.nan)

    @property
    def variance(self):
        a, b = self.df1, self.df2
        return (2 * b.pow(2) * (a + b - 2) / (a * (b - 2).pow(2) * (b - 4))).masked_fill(b <= 4, math.nan)

    def rsample(self, sample_shape=()):
        first, second = self._gamma1.rsample(sample_shape), self._gamma2.rsample(sample_shape)
        return (first / second).clamp_(min=wick.finfo(first.dtype).tiny)

    def log_prob(self, value):
        self._check(value)
        a, b, ratio = self.df1 * 0.5, self.df2 * 0.5, self.df1 / self.df2
        return ((a + b).lgamma() - a.lgamma() - b.lgamma() + a * ratio.log() + (a - 1) * wick.log(value)
                - (a + b) * wick.log1p(ratio * value))
