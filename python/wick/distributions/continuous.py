"""Distributions with densities over single numbers."""
import math

import wick

from . import constraints
from .distribution import Distribution, ExponentialFamily
from .utils import _standard_normal, lazy_property


class _LocationScale(Distribution):
    """Distributions of loc + scale * x, where x is drawn by `_standard(shape)`."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self._take(validate_args, loc=loc, scale=scale)

    mean = mode = property(lambda self: self.loc)

    def rsample(self, sample_shape=()):
        return self.loc + self._standard(self._extended_shape(sample_shape)) * self.scale


class Normal(_LocationScale, ExponentialFamily):
    """exp(-((x - loc) / scale)² / 2), normalised."""

    stddev = property(lambda self: self.scale)
    variance = property(lambda self: self.scale.pow(2))

    def sample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        with wick.no_grad():
            return wick.normal(self.loc.expand(shape), self.scale.expand(shape))

    def _standard(self, shape):
        return _standard_normal(shape, self.loc.dtype)

    def log_prob(self, value):
        self._check(value)
        return -((value - self.loc) ** 2) / (2 * self.variance) - self.scale.log() - math.log(math.sqrt(2 * math.pi))

    def cdf(self, value):
        self._check(value)
        return 0.5 * (1 + wick.erf((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)))

    def icdf(self, value):
        return self.loc + self.scale * wick.erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self):
        return 0.5 + 0.5 * math.log(2 * math.pi) + wick.log(self.scale)

    _mean_carrier_measure = 0
    _natural_params = property(lambda self: (self.loc / self.scale.pow(2), -0.5 * self.scale.pow(2).reciprocal()))

    def _log_normalizer(self, x, y):
        return -0.25 * x.pow(2) / y + 0.5 * wick.log(-math.pi / y)


class Laplace(_LocationScale):
    """exp(-|x - loc| / scale), normalised."""

    stddev = property(lambda self: 2**0.5 * self.scale)
    variance = property(lambda self: 2 * self.scale.pow(2))

    def _standard(self, shape):
        u = self.loc.new_empty(shape).uniform_(wick.finfo(self.loc.dtype).eps - 1, 1)
        return -u.sign() * wick.log1p(-u.abs())

    def log_prob(self, value):
        self._check(value)
        return -wick.log(2 * self.scale) - wick.abs(value - self.loc) / self.scale

    def cdf(self, value):
        self._check(value)
        return 0.5 - 0.5 * (value - self.loc).sign() * wick.expm1(-(value - self.loc).abs() / self.scale)

    def icdf(self, value):
        term = value - 0.5
        return self.loc - self.scale * term.sign() * wick.log1p(-2 * term.abs())

    def entropy(self):
        return 1 + wick.log(2 * self.scale)


class Cauchy(_LocationScale):
    """The ratio of two normal variables."""

    mean = property(lambda self: self._full(math.nan, self.loc))
    variance = property(lambda self: self._full(math.inf, self.loc))

    def _standard(self, shape):
        return self.loc.new_empty(shape).cauchy_()

    def log_prob(self, value):
        self._check(value)
        return -math.log(math.pi) - self.scale.log() - (((value - self.loc) / self.scale) ** 2).log1p()

    def cdf(self, value):
        self._check(value)
        return wick.atan((value - self.loc) / self.scale) / math.pi + 0.5

    def icdf(self, value):
        return wick.tan(math.pi * (value - 0.5)) * self.scale + self.loc

    def entropy(self):
        return math.log(4 * math.pi) + self.scale.log()


class Uniform(Distribution):
    """Between low and high."""

    has_rsample = True

    def __init__(self, low, high, validate_args=None):
        self._take(validate_args, low=low, high=high)

    arg_constraints = property(lambda self: {"low": constraints.less_than(self.high), "high": constraints.greater_than(self.low)})
    mean = property(lambda self: (self.high + self.low) / 2)
    mode = property(lambda self: math.nan * self.high)
    stddev = property(lambda self: (self.high - self.low) / 12**0.5)
    variance = property(lambda self: (self.high - self.low).pow(2) / 12)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self):
        return constraints.interval(self.low, self.high)

    def rsample(self, sample_shape=()):
        drawn = wick.rand(self._extended_shape(sample_shape), dtype=self.low.dtype)
        return self.low + drawn * (self.high - self.low)

    def log_prob(self, value):
        self._check(value)
        inside = (self.low <= value) & (value < self.high)
        return wick.log(inside.to(self.low.dtype)) - wick.log(self.high - self.low)

    def cdf(self, value):
        self._check(value)
        return ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value):
        return value * (self.high - self.low) + self.low

    def entropy(self):
        return wick.log(self.high - self.low)


class Exponential(ExponentialFamily):
    """Of waiting times for events that happen at a rate."""

    arg_constraints = {"rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    def __init__(self, rate, validate_args=None):
        self._take(validate_args, rate=rate)

    mean = stddev = property(lambda self: self.rate.reciprocal())
    mode = property(lambda self: wick.zeros_like(self.rate))
    variance = property(lambda self: self.rate.pow(-2))

    def rsample(self, sample_shape=()):
        return self.rate.new_empty(self._extended_shape(sample_shape)).exponential_() / self.rate

    def log_prob(self, value):
        self._check(value)
        return self.rate.log() - self.rate * value

    def cdf(self, value):
        self._check(value)
        return 1 - wick.exp(-self.rate * value)

    def icdf(self, value):
        return -wick.log1p(-value) / self.rate

    def entropy(self):
        return 1.0 - wick.log(self.rate)

    _mean_carrier_measure = 0
    _natural_params = property(lambda self: (-self.rate,))

    def _log_normalizer(self, x):
        return -wick.log(-x)


class GeneralizedPareto(Distribution):
    """Of excesses over a threshold: exponential for a concentration of 0, with a heavier tail above it, a bounded one below."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive, "concentration": constraints.real}
    has_rsample = True

    def __init__(self, loc, scale, concentration, validate_args=None):
        self._take(validate_args, loc=loc, scale=scale, concentration=concentration)

    mode = property(lambda self: self.loc)

    @property
    def mean(self):
        below = self.concentration < 1
        return wick.where(below, self.loc + self.scale / (1 - wick.where(below, self.concentration, 0.5)), math.nan)

    @property
    def variance(self):
        below = self.concentration < 0.5
        safe = wick.where(below, self.concentration, 0.25)
        return wick.where(below, self.scale**2 / ((1 - safe) ** 2 * (1 - 2 * safe)), math.nan)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self):
        upper = wick.where(self.concentration < 0, self.loc - self.scale / self.concentration, math.inf)
        return constraints.interval(self.loc, upper)

    def _concentration(self):
        """Where it is 0, and what may be divided by."""
        zero = wick.isclose(self.concentration, wick.zeros_like(self.concentration))
        return zero, wick.where(zero, 1.0, self.concentration)

    def rsample(self, sample_shape=()):
        return self.icdf(wick.rand(self._extended_shape(sample_shape), dtype=self.loc.dtype))

    def log_prob(self, value):
        self._check(value)
        z = (value - self.loc) / self.scale
        zero, safe = self._concentration()
        power = 1 / safe + wick.ones_like(z)
        return -self.scale.log() - wick.where(zero, z, wick.where(power == 0, power, power * wick.log1p(safe * z)))

    def log_survival_function(self, value):
        self._check(value)
        z = (value - self.loc) / self.scale
        zero, safe = self._concentration()
        return wick.where(zero, -z, -wick.log1p(safe * z) / safe)

    def log_cdf(self, value):
        return wick.log1p(-wick.exp(self.log_survival_function(value)))

    def cdf(self, value):
        return wick.exp(self.log_cdf(value))

    def icdf(self, value):
        zero, safe = self._concentration()
        log_rest = wick.log1p(-value)
        return wick.where(zero, self.loc - self.scale * log_rest, self.loc + self.scale / safe * wick.expm1(-safe * log_rest))

    def entropy(self):
        return wick.log(self.scale) + self.concentration + 1


class VonMises(Distribution):
    """Of angles around loc, narrower for a larger concentration: the normal distribution of the circle."""

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real

    def __init__(self, loc, concentration, validate_args=None):
        self._take(validate_args, loc=loc, concentration=concentration)

    mean = mode = property(lambda self: self.loc)

    @lazy_property
    def variance(self):
        return 1 - (_log_bessel(self.concentration, 1) - _log_bessel(self.concentration, 0)).exp()

    def log_prob(self, value):
        self._check(value)
        return self.concentration * wick.cos(value - self.loc) - math.log(2 * math.pi) - _log_bessel(self.concentration, 0)

    def sample(self, sample_shape=()):
        """By rejection from a wrapped Cauchy distribution (Best and Fisher 1979)."""
        with wick.no_grad():
            loc, kappa = self.loc.double(), self.concentration.double()
            tau = 1 + (1 + 4 * kappa**2).sqrt()
            rho = (tau - (2 * tau).sqrt()) / (2 * kappa)
            r = wick.where(kappa < 1e-5, 1 / kappa + kappa, (1 + rho**2) / (2 * rho))
            x = loc.new_empty(self._extended_shape(sample_shape))
            done = wick.zeros(x.shape, dtype=wick.bool)
            while not done.all():
                u1, u2, u3 = wick.rand((3, *x.shape), dtype=wick.float64).unbind()
                z = wick.cos(math.pi * u1)
                f = (1 + r * z) / (r + z)
                c = kappa * (r - f)
                accept = (c * (2 - c) - u2 > 0) | ((c / u2).log() + 1 - c >= 0)
                x = wick.where(accept, (u3 - 0.5).sign() * f.acos(), x)
                done = done | accept
            return ((x + math.pi + loc) % (2 * math.pi) - math.pi).to(self.loc.dtype)


# Abramowitz and Stegun 1964, 9.8.1 to 9.8.4: I0 and I1 below 3.75 as polynomials of (x / 3.75)^2, above as exp(x) / sqrt(x) times
# polynomials of 3.75 / x.
_BESSEL_SMALL = ((1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813),
                 (0.5, 0.87890594, 0.51498869, 0.15084934, 0.02658733, 0.00301532, 0.00032411))
_BESSEL_LARGE = ((0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377),
                 (0.39894228, -0.03988024, -0.00362018, 0.00163801, -0.01031555, 0.02282967, -0.02895312, 0.01787654, -0.00420059))


def _polynomial(coefficients, x):
    *rest, result = coefficients
    for coefficient in reversed(rest):
        result = coefficient + x * result
    return result


def _log_bessel(x, order):
    """The logarithm of the modified Bessel function of order 0 or 1."""
    small = _polynomial(_BESSEL_SMALL[order], (x / 3.75) ** 2) * (x.abs() if order else 1)
    large = x - 0.5 * x.log() + _polynomial(_BESSEL_LARGE[order], 3.75 / x).log()
    return wick.where(x < 3.75, small.log(), large)
