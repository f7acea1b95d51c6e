"""Distributions with probabilities."""
import math
from operator import attrgetter

import wick
from wick.nn import functional as F

from . import constraints
from .distribution import Distribution, ExponentialFamily
from .gammas import Gamma
from .utils import broadcast_all, lazy_property, logits_to_probs, probs_to_logits


class _Chances(Distribution):
    """By `probs` or by `logits`, which becomes an attribute; the other is computed when it is asked for."""

    _is_binary = False
    logits = lazy_property(lambda self: probs_to_logits(self.probs, self._is_binary))
    probs = lazy_property(lambda self: logits_to_probs(self.logits, self._is_binary))

    @staticmethod
    def _given(probs, logits):
        """The one that is given, by its name."""
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        return {"probs": probs} if logits is None else {"logits": logits}

    _param = property(lambda self: self.__dict__.get("probs", self.__dict__.get("logits")))
    param_shape = property(lambda self: self._param.shape)

    def _new(self, *args, **kwargs):
        return self._param.new(*args, **kwargs)


class ByProbability(_Chances):
    """Of trials, by the probability of success or its log odds."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    _is_binary = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        self._take(validate_args, **self._given(probs, logits))


class Bernoulli(ByProbability, ExponentialFamily):
    """Of 1 with a probability, else 0."""

    support = constraints.boolean
    has_enumerate_support = True
    mean = property(lambda self: self.probs)
    mode = property(lambda self: (self.probs >= 0.5).to(self.probs.dtype).masked_fill(self.probs == 0.5, math.nan))
    variance = property(lambda self: self.probs * (1 - self.probs))

    def sample(self, sample_shape=()):
        with wick.no_grad():
            return wick.bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        self._check(value)
        logits, value = broadcast_all(self.logits, value)
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self):
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand=True):
        return self._enumerated(wick.arange(2, dtype=self._param.dtype), expand)

    _mean_carrier_measure = 0
    _natural_params = property(lambda self: (wick.logit(self.probs),))

    def _log_normalizer(self, x):
        return wick.log1p(wick.exp(x))


class Geometric(ByProbability):
    """Of the number of failures before the first success."""

    support = constraints.nonnegative_integer
    mean = property(lambda self: 1.0 / self.probs - 1.0)
    mode = property(lambda self: wick.zeros_like(self.probs))
    variance = property(lambda self: (1.0 / self.probs - 1.0) / self.probs)

    def __init__(self, probs=None, logits=None, validate_args=None):
        super().__init__(probs, logits, validate_args)
        if self._validate_args and probs is not None and not (self.probs > 0).all():
            value = self.probs
            raise ValueError(f"Expected parameter probs ({type(value).__name__} of shape {tuple(value.shape)}) of distribution {self!r} "
                             f"to be positive but found invalid values:\n{value[value <= 0]}")

    def sample(self, sample_shape=()):
        with wick.no_grad():
            u = self.probs.new_empty(self._extended_shape(sample_shape)).uniform_(wick.finfo(self.probs.dtype).tiny, 1)
            return (u.log() / (-self.probs).log1p()).floor()

    def log_prob(self, value):
        self._check(value)
        value, probs = broadcast_all(value, self.probs)
        return value * (-probs.masked_fill((probs == 1) & (value == 0), 0)).log1p() + self.probs.log()

    def entropy(self):
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs


class _OfTrials(ByProbability):
    """With a number of trials, `total_count`, that broadcasts with the probabilities and has their dtype."""

    def __init__(self, total_count, probs, logits, validate_args):
        given = self._given(probs, logits)
        total_count, param = broadcast_all(total_count, *given.values())
        self._take(validate_args, total_count=total_count.to(param.dtype), **dict.fromkeys(given, param))


class Binomial(_OfTrials):
    """Of the number of successes in total_count trials."""

    arg_constraints = {"total_count": constraints.nonnegative_integer, **ByProbability.arg_constraints}
    has_enumerate_support = True
    mean = property(lambda self: self.total_count * self.probs)
    mode = property(lambda self: ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count))
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs))

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        super().__init__(total_count, probs, logits, validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self):
        return constraints.integer_interval(0, self.total_count)

    def sample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        with wick.no_grad():
            return wick.binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value):
        self._check(value)
        n, logits = self.total_count, self.logits
        # max(logits, 0), with a half of the gradient at 0.
        above = (logits.clamp(min=0) + logits - logits.clamp(max=0)) / 2
        normalizer = n * above + n * wick.log1p(wick.exp(-logits.abs())) - wick.lgamma(n + 1)
        return value * logits - wick.lgamma(value + 1) - wick.lgamma(n - value + 1) - normalizer

    def _one_count(self, what):
        count = int(self.total_count.max())
        if self.total_count.min() != count:
            raise NotImplementedError(f"Inhomogeneous total count not supported by `{what}`.")
        return count

    def entropy(self):
        self._one_count("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -(log_prob.exp() * log_prob).sum(0)

    def enumerate_support(self, expand=True):
        return self._enumerated(wick.arange(1 + self._one_count("enumerate_support"), dtype=self._param.dtype), expand)


class NegativeBinomial(_OfTrials):
    """Of the number of successes before total_count failures."""

    arg_constraints = {"total_count": constraints.greater_than_eq(0), "probs": constraints.half_open_interval(0.0, 1.0),
                       "logits": constraints.real}
    support = constraints.nonnegative_integer
    mean = property(lambda self: self.total_count * self.logits.exp())
    mode = property(lambda self: ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0.0))
    variance = property(lambda self: self.mean / wick.sigmoid(-self.logits))

    def __init__(self, total_count, probs=None, logits=None, validate_args=None):
        super().__init__(total_count, probs, logits, validate_args)

    _gamma = lazy_property(lambda self: Gamma(self.total_count, wick.exp(-self.logits), validate_args=False))

    def sample(self, sample_shape=()):
        with wick.no_grad():
            return wick.poisson(self._gamma.sample(sample_shape))

    def log_prob(self, value):
        self._check(value)
        n = self.total_count
        normalizer = -wick.lgamma(n + value) + wick.lgamma(1.0 + value) + wick.lgamma(n)
        return n * F.logsigmoid(-self.logits) + value * F.logsigmoid(self.logits) - normalizer.masked_fill(n + value == 0.0, 0.0)


class Poisson(ExponentialFamily):
    """Of the number of events that happen at a rate."""

    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate, validate_args=None):
        self._take(validate_args, rate=rate)

    mean = variance = property(lambda self: self.rate)
    mode = property(lambda self: self.rate.floor())

    def sample(self, sample_shape=()):
        with wick.no_grad():
            return wick.poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        self._check(value)
        rate, value = broadcast_all(self.rate, value)
        return value.xlogy(rate) - rate - (value + 1).lgamma()

    _natural_params = property(lambda self: (wick.log(self.rate),))

    def _log_normalizer(self, x):
        return wick.exp(x)


class Categorical(_Chances):
    """Over the numbers from 0: the last dimension has their probabilities, or logarithms of them, unnormalised."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        (name, value), = self._given(probs, logits).items()
        if value.dim() < 1:
            raise ValueError(f"`{name}` parameter must be at least one-dimensional.")
        normalised = value / value.sum(-1, keepdim=True) if name == "probs" else value - value.logsumexp(dim=-1, keepdim=True)
        setattr(self, name, normalised)
        self._num_events = value.size(-1)
        super().__init__(value.shape[:-1], validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self):
        return constraints.integer_interval(0, self._num_events - 1)

    mean = variance = property(lambda self: self._full(math.nan, self.probs))
    mode = property(lambda self: self.probs.argmax(dim=-1))

    def sample(self, sample_shape=()):
        count = wick.Size(sample_shape).numel()
        drawn = wick.multinomial(self.probs.detach().reshape(-1, self._num_events), count, True)
        return drawn.T.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value):
        self._check(value)
        value, logits = wick.broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return logits.gather(-1, value[..., :1]).squeeze(-1)

    def entropy(self):
        return -(self.logits.clamp(min=wick.finfo(self.logits.dtype).min) * self.probs).sum(-1)

    def enumerate_support(self, expand=True):
        return self._enumerated(wick.arange(self._num_events), expand)


class OfCategories(Distribution):
    """Over vectors of a number for each category of a Categorical."""

    arg_constraints = Categorical.arg_constraints
    probs, logits = property(attrgetter("_categorical.probs")), property(attrgetter("_categorical.logits"))
    _param, param_shape = property(attrgetter("_categorical._param")), property(attrgetter("_categorical.param_shape"))

    def __init__(self, probs=None, logits=None, validate_args=None):
        self._categorical = Categorical(probs, logits)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args)

    def _new(self, *args, **kwargs):
        return self._categorical._new(*args, **kwargs)


class OneHotCategorical(OfCategories):
    """Of vectors with one 1."""

    support = constraints.one_hot
    has_enumerate_support = True
    mean = property(lambda self: self.probs)
    mode = property(lambda self: self._one_hot(self._categorical.mode))
    variance = property(lambda self: self.probs * (1 - self.probs))

    def _one_hot(self, numbers):
        return F.one_hot(numbers, self._event_shape[0]).to(self.probs.dtype)

    def sample(self, sample_shape=()):
        return self._one_hot(self._categorical.sample(sample_shape))

    def log_prob(self, value):
        self._check(value)
        return self._categorical.log_prob(value.max(-1).indices)

    def entropy(self):
        return self._categorical.entropy()

    def enumerate_support(self, expand=True):
        return self._enumerated(wick.eye(self._event_shape[0], dtype=self._param.dtype), expand)


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """Whose samples pass gradients on to the probabilities (Bengio, Léonard and Courville 2013)."""

    has_rsample = True

    def rsample(self, sample_shape=()):
        return self.sample(sample_shape) + (self.probs - self.probs.detach())


class Multinomial(OfCategories):
    """Of how often each category is drawn in total_count draws."""

    mean = property(lambda self: self.probs * self.total_count)
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs))

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        super().__init__(probs, logits, validate_args)
        self._binomial = Binomial(total_count, self.probs)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self):
        return constraints.multinomial(self.total_count)

    def sample(self, sample_shape=()):
        drawn = self._categorical.sample((self.total_count, *sample_shape)).movedim(0, -1)
        counts = drawn.new_zeros(self._extended_shape(sample_shape))
        return counts.scatter_add(-1, drawn, wick.ones_like(drawn)).to(self.probs.dtype)

    def log_prob(self, value):
        self._check(value)
        logits, value = broadcast_all(self.logits, value)
        logits = logits.masked_fill((value == 0) & (logits == -math.inf), 0)
        return wick.lgamma(value.sum(-1) + 1) - wick.lgamma(value + 1).sum(-1) + (logits * value).sum(-1)

    def entropy(self):
        counts = self._binomial.enumerate_support(expand=False)[1:]
        rest = (self._binomial.log_prob(counts).exp() * wick.lgamma(counts + 1)).sum((0, -1))
        return self.total_count * self._categorical.entropy() - math.lgamma(self.total_count + 1) + rest
