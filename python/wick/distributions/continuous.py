"""Distributions with densities."""
import math

import wick

from . import constraints
from .distribution import Distribution, broadcast


class _LocationScale(Distribution):
    """Distributions by a location and a scale."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = broadcast(loc, scale)
        super().__init__(self.loc.size(), validate_args=validate_args)

    mean = mode = property(lambda self: self.loc)


class Normal(_LocationScale):
    stddev = property(lambda self: self.scale)
    variance = property(lambda self: self.scale.pow(2))

    def sample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        with wick.no_grad():
            return wick.normal(self.loc.expand(shape), self.scale.expand(shape))

    def rsample(self, sample_shape=()):
        return self.loc + _standard_normal(self._extended_shape(sample_shape), self.loc.dtype) * self.scale

    def log_prob(self, value):
        self._check_sample(value)
        return -((value - self.loc) ** 2) / (2 * self.variance) - self.scale.log() - math.log(math.sqrt(2 * math.pi))

    def cdf(self, value):
        self._check_sample(value)
        return 0.5 * (1 + wick.erf((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)))

    def icdf(self, value):
        return self.loc + self.scale * wick.erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self):
        return 0.5 + 0.5 * math.log(2 * math.pi) + wick.log(self.scale)


class Laplace(_LocationScale):
    stddev = property(lambda self: 2**0.5 * self.scale)
    variance = property(lambda self: 2 * self.scale.pow(2))

    def rsample(self, sample_shape=()):
        tiny = wick.finfo(self.loc.dtype).eps - 1
        u = self.loc.new_empty(self._extended_shape(sample_shape)).uniform_(tiny, 1)
        return self.loc - self.scale * u.sign() * wick.log1p(-u.abs())

    def log_prob(self, value):
        self._check_sample(value)
        return -wick.log(2 * self.scale) - wick.abs(value - self.loc) / self.scale

    def cdf(self, value):
        self._check_sample(value)
        return 0.5 - 0.5 * (value - self.loc).sign() * wick.expm1(-(value - self.loc).abs() / self.scale)

    def entropy(self):
        return 1 + wick.log(2 * self.scale)


class Uniform(Distribution):
    """Between low and high."""

    arg_constraints = property(lambda self: {"low": constraints.less_than(self.high), "high": constraints.greater_than(self.low)})
    has_rsample = True

    def __init__(self, low, high, validate_args=None):
        self.low, self.high = broadcast(low, high)
        super().__init__(self.low.size(), validate_args=validate_args)

    support = property(lambda self: constraints.interval(self.low, self.high))
    mean = property(lambda self: (self.high + self.low) / 2)
    mode = property(lambda self: wick.full_like(self.low, float("nan")))
    stddev = property(lambda self: (self.high - self.low) / 12**0.5)
    variance = property(lambda self: (self.high - self.low).pow(2) / 12)

    def rsample(self, sample_shape=()):
        drawn = wick.rand(self._extended_shape(sample_shape), dtype=self.low.dtype)
        return self.low + drawn * (self.high - self.low)

    def log_prob(self, value):
        self._check_sample(value)
        inside = (self.low <= value) & (value < self.high)
        return wick.log(inside.to(self.low.dtype)) - wick.log(self.high - self.low)

    def cdf(self, value):
        self._check_sample(value)
        return ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def entropy(self):
        return wick.log(self.high - self.low)


class Exponential(Distribution):
    arg_constraints = {"rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    def __init__(self, rate, validate_args=None):
        self.rate, = broadcast(rate)
        super().__init__(self.rate.size(), validate_args=validate_args)

    mean = stddev = property(lambda self: self.rate.reciprocal())
    mode = property(lambda self: wick.zeros_like(self.rate))
    variance = property(lambda self: self.rate.pow(-2))

    def rsample(self, sample_shape=()):
        return self.rate.new_empty(self._extended_shape(sample_shape)).exponential_() / self.rate

    def log_prob(self, value):
        self._check_sample(value)
        return self.rate.log() - self.rate * value

    def cdf(self, value):
        self._check_sample(value)
        return 1 - wick.exp(-self.rate * value)

    def entropy(self):
        return 1.0 - wick.log(self.rate)


class MultivariateNormal(Distribution):
    """By a mean vector and one of: a covariance matrix, its inverse, or the lower triangular root of it."""

    arg_constraints = {"loc": constraints.real_vector, "covariance_matrix": constraints.positive_definite,
                       "precision_matrix": constraints.positive_definite, "scale_tril": constraints.lower_cholesky}
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        given = {"covariance_matrix": covariance_matrix, "precision_matrix": precision_matrix, "scale_tril": scale_tril}
        given = {name: matrix for name, matrix in given.items() if matrix is not None}
        if len(given) != 1:
            raise ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        (name, matrix), = given.items()
        if matrix.dim() < 2:
            raise ValueError(f"{name} must be at least two-dimensional, with optional leading batch dimensions")
        batch = wick.broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        self.__dict__[name] = matrix.expand((*batch, -1, -1))
        self.loc = loc.expand((*batch, -1))
        super().__init__(batch, self.loc.shape[-1:], validate_args)
        self._root = matrix if name == "scale_tril" else wick.linalg.cholesky(matrix) if name == "covariance_matrix" else \
            wick.linalg.cholesky(wick.linalg.inv(matrix))

    mean = mode = property(lambda self: self.loc)

    @property
    def variance(self):
        return self._root.pow(2).sum(-1).expand(self._extended_shape())

    def __getattr__(self, name):
        if name == "scale_tril":
            return self._root.expand((*self._extended_shape(), self._event_shape[0]))
        if name == "covariance_matrix":
            return (self._root @ self._root.mT).expand((*self._extended_shape(), self._event_shape[0]))
        if name == "precision_matrix":
            return wick.cholesky_inverse(self._root).expand((*self._extended_shape(), self._event_shape[0]))
        raise AttributeError(f"'MultivariateNormal' object has no attribute '{name}'")

    def rsample(self, sample_shape=()):
        drawn = _standard_normal(self._extended_shape(sample_shape), self.loc.dtype)
        return self.loc + (self._root @ drawn.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value):
        self._check_sample(value)
        difference = value - self.loc
        solved = wick.linalg.solve_triangular(self._root, difference.unsqueeze(-1), upper=False).squeeze(-1)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + solved.pow(2).sum(-1)) - self._log_det()

    def entropy(self):
        found = 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._log_det()
        return found.expand(self._batch_shape)

    def _log_det(self):
        """Half of that of the covariance."""
        return self._root.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def _standard_normal(shape, dtype):
    return wick.normal(wick.zeros(shape, dtype=dtype), wick.ones(shape, dtype=dtype))
