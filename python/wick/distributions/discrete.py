"""Distributions with probabilities."""
import functools

import wick
from wick.nn import functional as F

from . import constraints
from .distribution import Distribution, broadcast


class _ByProbabilities(Distribution):
    """By `probs` or by `logits`; the other is computed when it is asked for."""

    def _take(self, probs, logits):
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        name, value = ("probs", probs) if logits is None else ("logits", logits)
        self._param = self.__dict__[name] = value

    def _clamped(self):
        eps = wick.finfo(self.probs.dtype).eps
        return self.probs.clamp(min=eps, max=1 - eps)


class Bernoulli(_ByProbabilities):
    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.boolean

    def __init__(self, probs=None, logits=None, validate_args=None):
        self._take(*(None if one is None else broadcast(one)[0] for one in (probs, logits)))
        super().__init__(self._param.size(), validate_args=validate_args)

    @functools.cached_property
    def logits(self):
        return self._clamped().log() - wick.log1p(-self._clamped())

    @functools.cached_property
    def probs(self):
        return wick.sigmoid(self.logits)

    mean = property(lambda self: self.probs)
    variance = property(lambda self: self.probs * (1 - self.probs))

    @property
    def mode(self):
        mode = (self.probs >= 0.5).to(self.probs.dtype)
        return mode.masked_fill(self.probs == 0.5, float("nan"))

    def sample(self, sample_shape=()):
        with wick.no_grad():
            return wick.bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        self._check_sample(value)
        logits, value = wick.broadcast_tensors(self.logits, value)
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self):
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand=True):
        return _enumerated(wick.arange(2, dtype=self._param.dtype), self._batch_shape, expand)


class Categorical(_ByProbabilities):
    """Over the numbers from 0: the last dimension has their (unnormalised) probabilities."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}

    def __init__(self, probs=None, logits=None, validate_args=None):
        for name, value in (("probs", probs), ("logits", logits)):
            if value is not None and (probs is None or logits is None) and value.dim() < 1:
                raise ValueError(f"`{name}` parameter must be at least one-dimensional.")
        self._take(None if probs is None else probs / probs.sum(-1, keepdim=True),
                   None if logits is None else logits - logits.logsumexp(dim=-1, keepdim=True))
        self._num_events = self._param.size(-1)
        super().__init__(self._param.size()[:-1], validate_args=validate_args)

    @functools.cached_property
    def logits(self):
        return self._clamped().log()

    @functools.cached_property
    def probs(self):
        return F.softmax(self.logits, dim=-1)

    support = property(lambda self: constraints.integer_interval(0, self._num_events - 1))
    mean = variance = property(lambda self: wick.full(self._extended_shape(), float("nan"), dtype=self.probs.dtype))
    mode = property(lambda self: self.probs.argmax(dim=-1))

    def sample(self, sample_shape=()):
        count = wick.Size(sample_shape).numel()
        drawn = wick.multinomial(self.probs.detach().reshape(-1, self._num_events), count, True)
        return drawn.T.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value):
        self._check_sample(value)
        value, logits = wick.broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return logits.gather(-1, value[..., :1]).squeeze(-1)

    def entropy(self):
        return -(self.logits.clamp(min=wick.finfo(self.logits.dtype).min) * self.probs).sum(-1)

    def enumerate_support(self, expand=True):
        return _enumerated(wick.arange(self._num_events), self._batch_shape, expand)


class OneHotCategorical(Distribution):
    """A Categorical whose samples are vectors with one 1."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.one_hot

    def __init__(self, probs=None, logits=None, validate_args=None):
        self._categorical = Categorical(probs, logits)
        super().__init__(self._categorical.batch_shape, (self._categorical._num_events,), validate_args)

    probs = mean = property(lambda self: self._categorical.probs)
    logits = property(lambda self: self._categorical.logits)
    variance = property(lambda self: self.probs * (1 - self.probs))
    mode = property(lambda self: self._one_hot(self._categorical.mode))

    def _one_hot(self, numbers):
        return F.one_hot(numbers, self._event_shape[0]).to(self.probs.dtype)

    def sample(self, sample_shape=()):
        return self._one_hot(self._categorical.sample(sample_shape))

    def log_prob(self, value):
        self._check_sample(value)
        return self._categorical.log_prob(value.max(-1).indices)

    def entropy(self):
        return self._categorical.entropy()


class Poisson(Distribution):
    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate, validate_args=None):
        self.rate, = broadcast(rate)
        super().__init__(self.rate.size(), validate_args=validate_args)

    mean = variance = property(lambda self: self.rate)
    mode = property(lambda self: self.rate.floor())

    def sample(self, sample_shape=()):
        with wick.no_grad():
            return wick.poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        self._check_sample(value)
        rate, value = wick.broadcast_tensors(self.rate, value)
        return value.xlogy(rate) - rate - (value + 1).lgamma()


def _enumerated(values, batch_shape, expand):
    values = values.view((-1,) + (1,) * len(batch_shape))
    return values.expand((-1, *batch_shape)) if expand else values
