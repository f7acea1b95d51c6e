"""Functions of random variables, with inverses and Jacobians."""
import copy
import functools
import math
import numbers
import operator

import wick
from wick.nn.functional import logsigmoid, pad, softplus

from . import constraints
from .utils import _sum_rightmost, broadcast_all, tril_matrix_to_vec, vec_to_tril_matrix

__all__ = ["AbsTransform", "AffineTransform", "CatTransform", "ComposeTransform", "CorrCholeskyTransform",
           "CumulativeDistributionTransform", "ExpTransform", "IndependentTransform", "LowerCholeskyTransform",
           "PositiveDefiniteTransform", "PowerTransform", "ReshapeTransform", "SigmoidTransform", "SoftmaxTransform",
           "SoftplusTransform", "StackTransform", "StickBreakingTransform", "TanhTransform", "Transform", "identity_transform"]


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


# --- Made of other transforms.


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
        _check_dims(x.shape, self.domain.event_dim)
        return self.base_transform(x)

    def _inverse(self, y):
        _check_dims(y.shape, self.codomain.event_dim)
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


# --- Of single numbers.


class _Fixed(Transform):
    """Transforms without parameters: all of a class are equal."""

    def __eq__(self, other):
        return isinstance(other, type(self))


class _Increasing(_Fixed):
    domain = constraints.real
    bijective = True
    sign = +1


class ExpTransform(_Increasing):
    """y = exp(x)."""

    codomain = constraints.positive

    def _call(self, x):
        return x.exp()

    def _inverse(self, y):
        return y.log()

    def log_abs_det_jacobian(self, x, y):
        return x


class SigmoidTransform(_Increasing):
    """y = 1 / (1 + exp(-x)), within (0, 1) by the dtype's precision."""

    codomain = constraints.unit_interval

    def _call(self, x):
        return _inside(wick.sigmoid(x))

    def _inverse(self, y):
        y = _inside(y)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x, y):
        return -softplus(-x) - softplus(x)


class SoftplusTransform(_Increasing):
    """y = log(1 + exp(x)); linear above 20."""

    codomain = constraints.positive

    def _call(self, x):
        return softplus(x)

    def _inverse(self, y):
        return (-y).expm1().neg().log() + y

    def log_abs_det_jacobian(self, x, y):
        return -softplus(-x)


class TanhTransform(_Increasing):
    """y = tanh(x)."""

    codomain = constraints.interval(-1.0, 1.0)

    def _call(self, x):
        return x.tanh()

    def _inverse(self, y):
        return y.atanh()

    def log_abs_det_jacobian(self, x, y):
        return 2.0 * (math.log(2.0) - x - softplus(-2.0 * x))


class AbsTransform(_Fixed):
    """y = |x|; the inverse is the positive one."""

    domain = constraints.real
    codomain = constraints.positive

    def _call(self, x):
        return x.abs()

    def _inverse(self, y):
        return y


class _Broadcasting(Transform):
    """With parameters that broadcast with values, whose names a class lists."""

    bijective = True

    def __eq__(self, other):
        return isinstance(other, type(self)) and all(_equal(getattr(self, name), getattr(other, name)) for name in self._parameters)

    def forward_shape(self, shape):
        return wick.broadcast_shapes(shape, *(getattr(getattr(self, name), "shape", ()) for name in self._parameters))

    inverse_shape = forward_shape


class PowerTransform(_Broadcasting):
    """y = x ** exponent."""

    domain = codomain = constraints.positive
    _parameters = ("exponent",)

    def __init__(self, exponent, cache_size=0):
        super().__init__(cache_size)
        self.exponent, = broadcast_all(exponent)

    sign = property(lambda self: self.exponent.sign())

    def _call(self, x):
        return x.pow(self.exponent)

    def _inverse(self, y):
        return y.pow(1 / self.exponent)

    def log_abs_det_jacobian(self, x, y):
        return (self.exponent * y / x).abs().log()


class AffineTransform(_Broadcasting):
    """y = loc + scale * x, of events of event_dim dimensions."""

    _parameters = ("loc", "scale")
    event_dim = property(lambda self: self._event_dim)

    def __init__(self, loc, scale, event_dim=0, cache_size=0):
        super().__init__(cache_size)
        self.loc, self.scale, self._event_dim = loc, scale, event_dim

    @constraints.dependent_property(is_discrete=False)
    def domain(self):
        return constraints.independent(constraints.real, self.event_dim) if self.event_dim else constraints.real

    codomain = domain

    @property
    def sign(self):
        if isinstance(self.scale, numbers.Number):
            return (self.scale > 0) - (self.scale < 0)
        return self.scale.sign()

    def _call(self, x):
        return self.loc + self.scale * x

    def _inverse(self, y):
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x, y):
        if isinstance(self.scale, numbers.Number):
            result = wick.full_like(x, math.log(abs(self.scale)))
        else:
            result = self.scale.abs().log()
        return _sum_rightmost(result, self.event_dim).expand(x.shape[:x.dim() - self.event_dim])


class CumulativeDistributionTransform(Transform):
    """y = distribution.cdf(x)."""

    bijective = True
    codomain = constraints.unit_interval
    sign = +1

    def __init__(self, distribution, cache_size=0):
        super().__init__(cache_size)
        self.distribution = distribution

    domain = property(lambda self: self.distribution.support)

    def _call(self, x):
        return self.distribution.cdf(x)

    def _inverse(self, y):
        return self.distribution.icdf(y)

    def log_abs_det_jacobian(self, x, y):
        return self.distribution.log_prob(x)


# --- Of vectors and matrices.


class ReshapeTransform(Transform):
    """The same elements as events of another shape."""

    bijective = True

    def __init__(self, in_shape, out_shape, cache_size=0):
        self.in_shape, self.out_shape = wick.Size(in_shape), wick.Size(out_shape)
        if self.in_shape.numel() != self.out_shape.numel():
            raise ValueError("in_shape, out_shape have different numbers of elements")
        super().__init__(cache_size)

    domain = constraints.dependent_property(lambda self: constraints.independent(constraints.real, len(self.in_shape)))
    codomain = constraints.dependent_property(lambda self: constraints.independent(constraints.real, len(self.out_shape)))

    def _call(self, x):
        return x.reshape((*x.shape[:x.dim() - len(self.in_shape)], *self.out_shape))

    def _inverse(self, y):
        return y.reshape((*y.shape[:y.dim() - len(self.out_shape)], *self.in_shape))

    def log_abs_det_jacobian(self, x, y):
        return x.new_zeros(x.shape[:x.dim() - len(self.in_shape)])

    def forward_shape(self, shape):
        return self._reshaped(shape, self.in_shape, self.out_shape)

    def inverse_shape(self, shape):
        return self._reshaped(shape, self.out_shape, self.in_shape)

    @staticmethod
    def _reshaped(shape, before, after):
        _check_dims(shape, len(before))
        cut = len(shape) - len(before)
        if shape[cut:] != before:
            raise ValueError(f"Shape mismatch: expected {shape[cut:]} but got {before}")
        return wick.Size((*shape[:cut], *after))


class SoftmaxTransform(_Fixed):
    """Real vectors to the simplex by y = exp(x) / sum(exp(x)); not bijective."""

    domain = constraints.real_vector
    codomain = constraints.simplex

    def _call(self, x):
        probs = (x - x.amax(-1, keepdim=True)).exp()
        return probs / probs.sum(-1, keepdim=True)

    def _inverse(self, y):
        return y.log()

    def forward_shape(self, shape):
        return _check_dims(shape, 1)

    inverse_shape = forward_shape


class StickBreakingTransform(_Fixed):
    """Real vectors to the simplex of one dimension more: each number tells which part of the rest of a stick is broken off."""

    domain = constraints.real_vector
    codomain = constraints.simplex
    bijective = True

    @staticmethod
    def _log_left(x):
        """The logarithms of how many pieces are still to come."""
        return (x.shape[-1] + 1 - x.new_ones(x.shape[-1]).cumsum(-1)).log()

    def _call(self, x):
        part = _inside(wick.sigmoid(x - self._log_left(x)))
        return pad(part, [0, 1], value=1) * pad((1 - part).cumprod(-1), [1, 0], value=1)

    def _inverse(self, y):
        pieces = y[..., :-1]
        rest = (1 - pieces.cumsum(-1)).clamp(min=wick.finfo(y.dtype).tiny)
        return pieces.log() - rest.log() + self._log_left(pieces)

    def log_abs_det_jacobian(self, x, y):
        x = x - self._log_left(x)
        return (-x + logsigmoid(x) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape):
        return wick.Size((*_check_dims(shape, 1)[:-1], shape[-1] + 1))

    def inverse_shape(self, shape):
        return wick.Size((*_check_dims(shape, 1)[:-1], shape[-1] - 1))


class CorrCholeskyTransform(Transform):
    """D (D - 1) / 2 real numbers to the lower triangular roots of D x D correlation matrices: their tanh are partial correlations."""

    domain = constraints.real_vector
    codomain = constraints.corr_cholesky
    bijective = True

    def _call(self, x):
        eps = wick.finfo(x.dtype).eps
        r = vec_to_tril_matrix(x.tanh().clamp(min=-1 + eps, max=1 - eps), diag=-1)
        rest = (1 - r**2).sqrt().cumprod(-1)
        return (r + wick.eye(r.shape[-1], dtype=r.dtype)) * pad(rest[..., :-1], [1, 0], value=1)

    def _inverse(self, y):
        rest = pad((1 - (y * y).cumsum(-1))[..., :-1], [1, 0], value=1)
        t = tril_matrix_to_vec(y, diag=-1) / tril_matrix_to_vec(rest, diag=-1).sqrt()
        return (t.log1p() - (-t).log1p()) / 2

    def log_abs_det_jacobian(self, x, y, intermediates=None):
        rest = tril_matrix_to_vec(1 - (y * y).cumsum(-1), diag=-2)
        return 0.5 * rest.log().sum(-1) - 2 * (x + softplus(-2 * x) - math.log(2.0)).sum(-1)

    def forward_shape(self, shape):
        count = _check_dims(shape, 1)[-1]
        size = round((0.25 + 2 * count) ** 0.5 + 0.5)
        if size * (size - 1) // 2 != count:
            raise ValueError("Input is not a flattened lower-diagonal number")
        return wick.Size((*shape[:-1], size, size))

    def inverse_shape(self, shape):
        size = _check_dims(shape, 2)[-1]
        if shape[-2] != size:
            raise ValueError("Input is not square")
        return wick.Size((*shape[:-2], size * (size - 1) // 2))


class LowerCholeskyTransform(_Fixed):
    """Matrices to lower triangular ones: the exponential of the diagonal, nothing above it."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.lower_cholesky

    def _call(self, x):
        return x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()

    def _inverse(self, y):
        return y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()


class PositiveDefiniteTransform(_Fixed):
    """Matrices to positive definite ones, by the lower triangular root."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.positive_definite

    def _call(self, x):
        root = LowerCholeskyTransform()(x)
        return root @ root.mT

    def _inverse(self, y):
        return LowerCholeskyTransform().inv(wick.linalg.cholesky(y))


def _inside(probs):
    info = wick.finfo(probs.dtype)
    return probs.clamp(min=info.tiny, max=1.0 - info.eps)


def _equal(a, b):
    same = a == b
    return same if isinstance(same, bool) else same.all().item()


def _check_dims(shape, least):
    if len(shape) < least:
        raise ValueError("Too few dimensions on input")
    return shape
