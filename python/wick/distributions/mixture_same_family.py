"""Mixtures of distributions of one family."""
import wick

from .constraints import MixtureSameFamilyConstraint, dependent_property
from .discrete import Categorical
from .distribution import Distribution


class MixtureSameFamily(Distribution):
    """Of samples of one of several components, which are the last batch dimension of `component_distribution`: which one is drawn
    from a Categorical, `mixture_distribution`."""

    arg_constraints = {}

    def __init__(self, mixture_distribution, component_distribution, validate_args=None):
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError(" The Mixture distribution needs to be an  instance of torch.distributions.Categorical")
        if not isinstance(component_distribution, Distribution):
            raise ValueError("The Component distribution needs to be an instance of torch.distributions.Distribution")
        mixture, (*batch, count) = mixture_distribution.batch_shape, component_distribution.batch_shape
        if any(i != j and 1 not in (i, j) for i, j in zip(reversed(mixture), reversed(batch))):
            raise ValueError(f"`mixture_distribution.batch_shape` ({mixture}) is not compatible with "
                             f"`component_distribution.batch_shape`({wick.Size(batch)})")
        known = mixture_distribution.logits.shape[-1]
        if known != count:
            raise ValueError(f"`mixture_distribution component` ({known}) does not equal "
                             f"`component_distribution.batch_shape[-1]` ({count})")
        self._mixture_distribution, self._component_distribution = mixture_distribution, component_distribution
        self._num_component, self._event_ndims = count, len(component_distribution.event_shape)
        super().__init__(batch, component_distribution.event_shape, validate_args)

    mixture_distribution = property(lambda self: self._mixture_distribution)
    component_distribution = property(lambda self: self._component_distribution)

    @dependent_property
    def support(self):
        return MixtureSameFamilyConstraint(self.component_distribution.support)

    def _weighted(self, values):
        """The mean over components, by their probabilities, of (…, component, *event)."""
        probs = self.mixture_distribution.probs
        return (probs.reshape((*probs.shape, *(1 for _ in range(self._event_ndims)))) * values).sum(-1 - self._event_ndims)

    @property
    def mean(self):
        return self._weighted(self.component_distribution.mean)

    @property
    def variance(self):
        components = self.component_distribution
        return self._weighted(components.variance) + self._weighted((components.mean - self._pad(self.mean)).pow(2.0))

    def _pad(self, x):
        return x.unsqueeze(-1 - self._event_ndims)

    def cdf(self, x):
        return (self.component_distribution.cdf(self._pad(x)) * self.mixture_distribution.probs).sum(-1)

    def log_prob(self, x):
        self._check(x)
        log_prob = self.component_distribution.log_prob(self._pad(x))
        return (log_prob + wick.log_softmax(self.mixture_distribution.logits, dim=-1)).logsumexp(-1)

    def sample(self, sample_shape=()):
        with wick.no_grad():
            which = self.mixture_distribution.sample(sample_shape)
            samples = self.component_distribution.sample(sample_shape)
            dim = len(sample_shape) + len(self._batch_shape)
            which = which.reshape((*which.shape, *(1 for _ in range(self._event_ndims + 1))))
            return samples.gather(dim, which.expand((*samples.shape[:dim], 1, *self._event_shape))).squeeze(dim)

    def __repr__(self):
        return f"{type(self).__name__}(\n  {self.mixture_distribution},\n  {self.component_distribution})"
