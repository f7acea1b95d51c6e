"""What distributions have in common."""
import wick


class Distribution:
    """A batch of distributions of batch_shape over events of event_shape. One of your own defines `arg_constraints` ({parameter:
    constraint}), `support`, `rsample` or `sample`, `log_prob` and what else there is to know."""

    has_rsample = False
    arg_constraints = {}
    support = None
    _validate_args = True

    @staticmethod
    def set_default_validate_args(value):
        if value not in (True, False):
            raise ValueError
        Distribution._validate_args = value

    def __init__(self, batch_shape=(), event_shape=(), validate_args=None):
        self._batch_shape, self._event_shape = wick.Size(batch_shape), wick.Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if not self._validate_args:
            return
        for name, constraint in self.arg_constraints.items():
            value = self.__dict__.get(name)
            if value is not None and not constraint.check(value).all():
                raise ValueError(f"Expected parameter {name} ({type(value).__name__} of shape {tuple(value.shape)}) of distribution "
                                 f"{self!r} to satisfy the constraint {constraint!r}, but found invalid values:\n{value}")

    @property
    def batch_shape(self):
        return self._batch_shape

    @property
    def event_shape(self):
        return self._event_shape

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

    def log_prob(self, value):
        """The logarithm of the density, or of the probability."""
        raise NotImplementedError

    def perplexity(self):
        return wick.exp(self.entropy())

    def _extended_shape(self, sample_shape=()):
        return wick.Size((*sample_shape, *self._batch_shape, *self._event_shape))

    def _check_sample(self, value):
        if not self._validate_args:
            return
        if not isinstance(value, wick.Tensor):
            raise ValueError("The value argument to log_prob must be a Tensor")
        if self.support is not None and not self.support.check(value).all():
            raise ValueError(f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) to be within the support "
                             f"({self.support!r}) of the distribution {self!r}, but found invalid values:\n{value}")

    def __repr__(self):
        known = {name: self.__dict__[name] for name in self.arg_constraints if name in self.__dict__}
        texts = (f"{name}: {value if value.numel() == 1 else value.size()}" for name, value in known.items())
        return f"{type(self).__name__}({', '.join(texts)})"


class Independent(Distribution):
    """Another distribution whose last batch dimensions are part of the event."""

    def __init__(self, base_distribution, reinterpreted_batch_ndims, validate_args=None):
        batch, count = base_distribution.batch_shape, reinterpreted_batch_ndims
        if count > len(batch):
            raise ValueError("Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), actual "
                             f"{count} vs {len(batch)}")
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, count
        split = len(batch) - count
        super().__init__(batch[:split], (*batch[split:], *base_distribution.event_shape), validate_args)

    @property
    def has_rsample(self):
        return self.base_dist.has_rsample

    mean = property(lambda self: self.base_dist.mean)
    mode = property(lambda self: self.base_dist.mode)
    variance = property(lambda self: self.base_dist.variance)

    def sample(self, sample_shape=()):
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=()):
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value):
        return self._summed(self.base_dist.log_prob(value))

    def entropy(self):
        return self._summed(self.base_dist.entropy())

    def _summed(self, values):
        return values.flatten(-self.reinterpreted_batch_ndims).sum(-1) if self.reinterpreted_batch_ndims else values

    def __repr__(self):
        return f"Independent({self.base_dist!r}, {self.reinterpreted_batch_ndims})"


def broadcast(*values):
    """Parameters as tensors of one shape: numbers take the dtype of the tensors."""
    like = next((value for value in values if isinstance(value, wick.Tensor)), None)
    dtype = wick.get_default_dtype() if like is None else like.dtype
    return wick.broadcast_tensors(*(value if isinstance(value, wick.Tensor) else wick.tensor(value, dtype=dtype) for value in values))
