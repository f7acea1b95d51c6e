"""What distributions have in common."""
import warnings

import wick

from . import constraints
from .utils import _sum_rightmost, broadcast_all, lazy_property


class Distribution:
    """A batch of distributions of batch_shape over events of event_shape. One of your own defines `arg_constraints` ({parameter:
    constraint}), `support`, `rsample` or `sample`, `log_prob` and what else there is to know."""

    has_rsample = False
    has_enumerate_support = False
    _validate_args = __debug__

    @staticmethod
    def set_default_validate_args(value):
        if value not in (True, False):
            raise ValueError
        Distribution._validate_args = value

    def __init__(self, batch_shape=(), event_shape=(), validate_args=None):
        self._batch_shape, self._event_shape = wick.Size(batch_shape), wick.Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._validate_parameters()

    def _take(self, validate_args, **parameters):
        """Parameters that broadcast to the batch's shape become attributes."""
        vars(self).update(zip(parameters, broadcast_all(*parameters.values())))
        Distribution.__init__(self, getattr(self, next(iter(parameters))).shape, validate_args=validate_args)

    def _validate_parameters(self):
        for name, constraint in self._known("arg_constraints", {}, ". Please set `arg_constraints = {}` or initialize the distribution "
                                            "with `validate_args=False` to turn off validation.").items():
            computed = name not in self.__dict__ and isinstance(getattr(type(self), name, None), lazy_property)
            if constraints.is_dependent(constraint) or computed:
                continue
            value = getattr(self, name)
            if not constraint.check(value).all():
                raise ValueError(f"Expected parameter {name} ({type(value).__name__} of shape {tuple(value.shape)}) of distribution "
                                 f"{self!r} to satisfy the constraint {constraint!r}, but found invalid values:\n{value}")

    def _validate_sample(self, value):
        if not isinstance(value, wick.Tensor):
            raise ValueError("The value argument to log_prob must be a Tensor")
        actual, expected = value.shape, self._extended_shape()
        if actual[len(actual) - len(self._event_shape):] != self._event_shape:
            raise ValueError(f"The right-most size of value must match event_shape: {actual} vs {self._event_shape}.")
        if any(i != j and 1 not in (i, j) for i, j in zip(reversed(actual), reversed(expected))):
            raise ValueError(f"Value is not broadcastable with batch_shape+event_shape: {actual} vs {expected}.")
        support = self._known("support", None, " to enable sample validation. Please initialize the distribution with "
                              "`validate_args=False` to turn off validation.")
        if support is not None and not support.check(value).all():
            raise ValueError(f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) to be within the support "
                             f"({support!r}) of the distribution {self!r}, but found invalid values:\n{value}")

    def _known(self, name, otherwise, advice):
        try:
            return getattr(self, name)
        except NotImplementedError:
            warnings.warn(f"{type(self)} does not define `{name}`{advice}", stacklevel=5)
            return otherwise

    def _check(self, value):
        if self._validate_args:
            self._validate_sample(value)

    _batched = property(lambda self: self.arg_constraints)  # the attributes that have the batch's dimensions

    def expand(self, batch_shape, _instance=None):
        """The same for a larger batch: parameters, and the distributions that this one is made of, are expanded."""
        new = self._get_checked_instance(type(self), _instance)
        batch_shape = wick.Size(batch_shape)
        rank = len(self._batch_shape)
        for name, value in vars(self).items():
            if name in new.__dict__:
                continue
            if isinstance(value, Distribution):
                value = value.expand((*batch_shape, *value.batch_shape[rank:]))
            elif name in self._batched:
                value = value.expand((*batch_shape, *value.shape[rank:]))
            elif isinstance(getattr(type(self), name, None), lazy_property):
                continue
            new.__dict__[name] = value
        new._batch_shape = batch_shape
        return new

    def _get_checked_instance(self, cls, _instance=None):
        """The object that an `expand` of your own fills."""
        if _instance is None and type(self).__init__ is not cls.__init__:
            raise NotImplementedError(f"Subclass {type(self).__name__} of {cls.__name__} that defines a custom __init__ method must also "
                                      "define a custom .expand() method.")
        return self.__new__(type(self)) if _instance is None else _instance

    @property
    def batch_shape(self):
        return self._batch_shape

    @property
    def event_shape(self):
        return self._event_shape

    @property
    def arg_constraints(self):
        """What is demanded of parameters, by their names."""
        raise NotImplementedError

    @property
    def support(self):
        """Which values samples have."""
        raise NotImplementedError

    @property
    def mean(self):
        raise NotImplementedError

    @property
    def mode(self):
        raise NotImplementedError(f"{type(self)} does not implement mode")

    @property
    def variance(self):
        raise NotImplementedError

    @property
    def stddev(self):
        return self.variance.sqrt()

    def sample(self, sample_shape=()):
        """Samples without history, of shape sample_shape + batch_shape + event_shape."""
        with wick.no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape=()):
        """Samples that are differentiable functions of the parameters."""
        raise NotImplementedError

    def sample_n(self, n):
        warnings.warn("`sample_n(n)` will be deprecated. Use `sample((n,))` instead.", FutureWarning, stacklevel=2)
        return self.sample((n,))

    def log_prob(self, value):
        """The logarithm of the density, or of the probability: an event's, of shape sample_shape + batch_shape."""
        raise NotImplementedError

    def cdf(self, value):
        """The probability of a sample below `value`."""
        raise NotImplementedError

    def icdf(self, value):
        """The inverse of cdf."""
        raise NotImplementedError

    def enumerate_support(self, expand=True):
        """All values that samples can have, along a first dimension; the batch's dimensions are 1 unless `expand`."""
        raise NotImplementedError

    def _enumerated(self, values, expand):
        values = values.reshape((-1, *(1 for _ in self._batch_shape), *self._event_shape))
        return values.expand((-1, *self._batch_shape, *self._event_shape)) if expand else values

    def entropy(self):
        """The expectation of -log_prob, of shape batch_shape."""
        raise NotImplementedError

    def perplexity(self):
        return wick.exp(self.entropy())

    def _extended_shape(self, sample_shape=()):
        return wick.Size((*sample_shape, *self._batch_shape, *self._event_shape))

    def _full(self, value, like):
        return wick.full(self._extended_shape(), value, dtype=like.dtype)

    def __repr__(self):
        known = {name: self.__dict__[name] for name in self.arg_constraints if name in self.__dict__}
        texts = (f"{name}: {value if value.numel() == 1 else value.size()}" for name, value in known.items())
        return f"{type(self).__name__}({', '.join(texts)})"


class ExponentialFamily(Distribution):
    """With densities exp(sum of parameter * statistic - log_normalizer(parameters) + carrier measure): the gradients of
    `_log_normalizer(*_natural_params)` are the expectations of the statistics (Nielsen and Nock 2010)."""

    @property
    def _natural_params(self):
        raise NotImplementedError

    def _log_normalizer(self, *natural_params):
        raise NotImplementedError

    @property
    def _mean_carrier_measure(self):
        """The expectation of the carrier measure."""
        raise NotImplementedError

    def _expectations(self):
        """Natural parameters, the log normalizer of them, and the expectations of their statistics."""
        parameters = [parameter.detach().requires_grad_() for parameter in self._natural_params]
        normalizer = self._log_normalizer(*parameters)
        return parameters, normalizer, wick.autograd.grad(normalizer.sum(), parameters, create_graph=True)

    def entropy(self):
        carrier = self._mean_carrier_measure
        parameters, normalizer, expectations = self._expectations()
        terms = ((parameter * expected).reshape((*self._batch_shape, -1)).sum(-1) for parameter, expected in zip(parameters, expectations))
        return normalizer - carrier - sum(terms)


class Independent(Distribution):
    """Another distribution whose last batch dimensions are part of the event."""

    arg_constraints = {}

    def __init__(self, base_distribution, reinterpreted_batch_ndims, validate_args=None):
        batch, count = base_distribution.batch_shape, reinterpreted_batch_ndims
        if count > len(batch):
            raise ValueError("Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), actual "
                             f"{count} vs {len(batch)}")
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, count
        split = len(batch) - count
        super().__init__(batch[:split], (*batch[split:], *base_distribution.event_shape), validate_args)

    has_rsample = property(lambda self: self.base_dist.has_rsample)
    has_enumerate_support = property(lambda self: self.reinterpreted_batch_ndims == 0 and self.base_dist.has_enumerate_support)
    mean = property(lambda self: self.base_dist.mean)
    mode = property(lambda self: self.base_dist.mode)
    variance = property(lambda self: self.base_dist.variance)

    @constraints.dependent_property
    def support(self):
        base, count = self.base_dist.support, self.reinterpreted_batch_ndims
        return constraints.independent(base, count) if count else base

    def sample(self, sample_shape=()):
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=()):
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value):
        return _sum_rightmost(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self):
        return _sum_rightmost(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def enumerate_support(self, expand=True):
        if self.reinterpreted_batch_ndims > 0:
            raise NotImplementedError("Enumeration over cartesian product is not implemented")
        return self.base_dist.enumerate_support(expand)

    def __repr__(self):
        return f"{type(self).__name__}({self.base_dist}, {self.reinterpreted_batch_ndims})"
