"""Functions of random variables, with inverses and Jacobians: what they have in common, and those that are made of others."""
import copy
import functools
import operator

import wick

from . import constraints
from .utils import _sum_rightmost


class Transform:
    """y = t(x) from `domain` to `codomain`, with `t.inv`. One of your own defines `_call`, `_inverse` or both, `log_abs_det_jacobian(x, y)`
    when it is `bijective`, and `sign` when it is monotone. With cache_size 1 it remembers the last pair."""

    bijective = False

    def __init__(self, cache_size=0):
        if cache_size not in (0, 1):
            raise ValueError("cache_size must be 0 or 1")
        self._cache_size = cache_size
        self._inv = None
        self._cached_x_y = None, None

    def __getstate__(self):
        return {**self.__dict__, "_inv": None, "_cached_x_y": (None, None)}

    @property
    def event_dim(self):
        if self.domain.event_dim == self.codomain.event_dim:
            return self.domain.event_dim
        raise ValueError("Please use either .domain.event_dim or .codomain.event_dim")

    @property
    def inv(self):
        if self._inv is None:
            self._inv = _InverseTransform(self)
        return self._inv

    @property
    def sign(self):
        """1 where the transform increases, -1 where it decreases."""
        raise NotImplementedError

    def with_cache(self, cache_size=1):
        if self._cache_size == cache_size:
            return self
        other = copy.copy(self)
        other._cache_size = cache_size
        return other

    def __call__(self, x):
        if self._cache_size == 0:
            return self._call(x)
        if x is not self._cached_x_y[0] or x is None:
            self._cached_x_y = x, self._call(x)
        return self._cached_x_y[1]

    def _inv_call(self, y):
        if self._cache_size == 0:
            return self._inverse(y)
        if y is not self._cached_x_y[1] or y is None:
            self._cached_x_y = self._inverse(y), y
        return self._cached_x_y[0]

    def _call(self, x):
        raise NotImplementedError

    def _inverse(self, y):
        raise NotImplementedError

    def log_abs_det_jacobian(self, x, y):
        """log |dy/dx|, summed over events."""
        raise NotImplementedError

    def __repr__(self):
        return f"{type(self).__name__}()"

    def forward_shape(self, shape):
        """The shape of t(x) for an x of a shape."""
        return shape

    def inverse_shape(self, shape):
        return shape


class _InverseTransform(Transform):
    """What `inv` gives; it keeps no cache but its transform's."""

    def __init__(self, transform):
        super().__init__(transform._cache_size)
        self._inv = transform

    domain = constraints.dependent_property(lambda self: self._inv.codomain, is_discrete=False)
    codomain = constraints.dependent_property(lambda self: self._inv.domain, is_discrete=False)
    bijective = property(lambda self: self._inv.bijective)
    sign = property(lambda self: self._inv.sign)
    inv = property(lambda self: self._inv)

    def __getstate__(self):
        return self.__dict__

    def with_cache(self, cache_size=1):
        return self._inv.with_cache(cache_size).inv

    def __eq__(self, other):
        return isinstance(other, _InverseTransform) and self._inv == other._inv

    def __repr__(self):
        return f"{type(self).__name__}({self._inv!r})"

    def __call__(self, x):
        return self._inv._inv_call(x)

    def log_abs_det_jacobian(self, x, y):
        return -self._inv.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape):
        return self._inv.inverse_shape(shape)

    def inverse_shape(self, shape):
        return self._inv.forward_shape(shape)


class FixedTransform(Transform):
    """Transforms without parameters: all of a class are equal."""

    def __eq__(self, other):
        return isinstance(other, type(self))


class ComposeTransform(Transform):
    """One after the other."""

    def __init__(self, parts, cache_size=0):
        super().__init__(cache_size)
        self.parts = [part.with_cache(cache_size) for part in parts] if cache_size else parts

    def __eq__(self, other):
        return isinstance(other, ComposeTransform) and self.parts == other.parts

    @staticmethod
    def _space(spaces):
        """The space at an end, with the event dimensions that later parts need: of [(space here, space there)] from that end on."""
        if not spaces:
            return constraints.real
        event_dim = spaces[-1][1].event_dim
        for here, there in reversed(spaces):
            event_dim = max(event_dim + here.event_dim - there.event_dim, here.event_dim)
        first = spaces[0][0]
        return constraints.independent(first, event_dim - first.event_dim) if event_dim > first.event_dim else first

    @constraints.dependent_property(is_discrete=False)
    def domain(self):
        return self._space([(part.domain, part.codomain) for part in self.parts])

    @constraints.dependent_property(is_discrete=False)
    def codomain(self):
        return self._space([(part.codomain, part.domain) for part in reversed(self.parts)])

    bijective = property(lambda self: all(part.bijective for part in self.parts))
    sign = property(lambda self: functools.reduce(operator.mul, (part.sign for part in self.parts), 1))

    @property
    def inv(self):
        if self._inv is None:
            self._inv = ComposeTransform([part.inv for part in reversed(self.parts)])
            self._inv._inv = self
        return self._inv

    def with_cache(self, cache_size=1):
        return self if self._cache_size == cache_size else ComposeTransform(self.parts, cache_size)

    def __call__(self, x):
        for part in self.parts:
            x = part(x)
        return x

    def log_abs_det_jacobian(self, x, y):
        if not self.parts:
            return wick.zeros_like(x)
        total, event_dim = 0, self.domain.event_dim
        for i, part in enumerate(self.parts):
            after = y if i == len(self.parts) - 1 else part(x)
            total = total + _sum_rightmost(part.log_abs_det_jacobian(x, after), event_dim - part.domain.event_dim)
            event_dim += part.codomain.event_dim - part.domain.event_dim
            x = after
        return total

    def forward_shape(self, shape):
        for part in self.parts:
            shape = part.forward_shape(shape)
        return shape

    def inverse_shape(self, shape):
        for part in reversed(self.parts):
            shape = part.inverse_shape(shape)
        return shape

    def __repr__(self):
        return "ComposeTransform(\n    " + ",\n    ".join(map(repr, self.parts)) + "\n)"


identity_transform = ComposeTransform([])


class IndependentTransform(Transform):
    """Another one whose last batch dimensions are part of the event."""

    def __init__(self, base_transform, reinterpreted_batch_ndims, cache_size=0):
        super().__init__(cache_size)
        self.base_transform = base_transform.with_cache(cache_size)
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    def with_cache(self, cache_size=1):
        return self if self._cache_size == cache_size else \
            IndependentTransform(self.base_transform, self.reinterpreted_batch_ndims, cache_size)

    domain = constraints.dependent_property(
        lambda self: constraints.independent(self.base_transform.domain, self.reinterpreted_batch_ndims), is_discrete=False)
    codomain = constraints.dependent_property(
        lambda self: constraints.independent(self.base_transform.codomain, self.reinterpreted_batch_ndims), is_discrete=False)
    bijective = property(lambda self: self.base_transform.bijective)
    sign = property(lambda self: self.base_transform.sign)

    def _call(self, x):
        check_dims(x.shape, self.domain.event_dim)
        return self.base_transform(x)

    def _inverse(self, y):
        check_dims(y.shape, self.codomain.event_dim)
        return self.base_transform.inv(y)

    def log_abs_det_jacobian(self, x, y):
        return _sum_rightmost(self.base_transform.log_abs_det_jacobian(x, y), self.reinterpreted_batch_ndims)

    def __repr__(self):
        return f"{type(self).__name__}({self.base_transform!r}, {self.reinterpreted_batch_ndims})"

    def forward_shape(self, shape):
        return self.base_transform.forward_shape(shape)

    def inverse_shape(self, shape):
        return self.base_transform.inverse_shape(shape)


class _Pieces(Transform):
    """One transform for each piece along `dim`."""

    def __init__(self, tseq, dim=0, cache_size=0):
        assert all(isinstance(transform, Transform) for transform in tseq), "All elements of tseq must be Transform instances"
        super().__init__(cache_size)
        self.transforms = [transform.with_cache(cache_size) for transform in tseq] if cache_size else list(tseq)
        self.dim = dim

    bijective = property(lambda self: all(transform.bijective for transform in self.transforms))

    def _check(self, x, length):
        assert -x.dim() <= self.dim < x.dim(), f"dim {self.dim} out of range for tensor with {x.dim()} dimensions"
        assert x.size(self.dim) == length, f"x.size({self.dim}) = {x.size(self.dim)} must equal length {length}"

    def _call(self, x):
        return self._join([transform(piece) for transform, piece in zip(self.transforms, self._split(x))])

    def _inverse(self, y):
        return self._join([transform.inv(piece) for transform, piece in zip(self.transforms, self._split(y))])

    def _jacobians(self, x, y):
        return [transform.log_abs_det_jacobian(*pieces) for transform, *pieces in zip(self.transforms, self._split(x), self._split(y))]


class CatTransform(_Pieces):
    """Pieces of `lengths` (1 each) along a dimension, as torch.cat joins them."""

    def __init__(self, tseq, dim=0, lengths=None, cache_size=0):
        super().__init__(tseq, dim, cache_size)
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        assert len(self.lengths) == len(self.transforms), f"lengths ({len(self.lengths)}) must match transforms ({len(self.transforms)})"

    event_dim = property(lambda self: max(transform.event_dim for transform in self.transforms))
    length = property(lambda self: sum(self.lengths))
    domain = constraints.dependent_property(
        lambda self: constraints.cat([transform.domain for transform in self.transforms], self.dim, self.lengths))
    codomain = constraints.dependent_property(
        lambda self: constraints.cat([transform.codomain for transform in self.transforms], self.dim, self.lengths))

    def with_cache(self, cache_size=1):
        return self if self._cache_size == cache_size else CatTransform(self.transforms, self.dim, self.lengths, cache_size)

    def _split(self, x):
        self._check(x, self.length)
        return x.split(self.lengths, self.dim)

    def _join(self, pieces):
        return wick.cat(pieces, self.dim)

    def log_abs_det_jacobian(self, x, y):
        parts = [_sum_rightmost(part, self.event_dim - transform.event_dim)
                 for transform, part in zip(self.transforms, self._jacobians(x, y))]
        # Within the event, pieces are terms of a sum.
        dim = (self.dim - x.dim() if self.dim >= 0 else self.dim) + self.event_dim
        return wick.cat(parts, dim) if dim < 0 else sum(parts)


class StackTransform(_Pieces):
    """Pieces as torch.stack joins them."""

    domain = constraints.dependent_property(
        lambda self: constraints.stack([transform.domain for transform in self.transforms], self.dim))
    codomain = constraints.dependent_property(
        lambda self: constraints.stack([transform.codomain for transform in self.transforms], self.dim))

    def with_cache(self, cache_size=1):
        return self if self._cache_size == cache_size else StackTransform(self.transforms, self.dim, cache_size)

    def _split(self, x):
        self._check(x, len(self.transforms))
        return x.unbind(self.dim)

    def _join(self, pieces):
        return wick.stack(pieces, self.dim)

    def log_abs_det_jacobian(self, x, y):
        return self._join(self._jacobians(x, y))


def check_dims(shape, least):
    if len(shape) < least:
        raise ValueError("Too few dimensions on input")
    return shape
