"""Normal distributions of vectors, and distributions of matrices."""
import math
import warnings

import wick

from . import constraints
from .distribution import Distribution, ExponentialFamily
from .gammas import Beta, Chi2
from .utils import _standard_normal, broadcast_all, lazy_property


def log_diagonal(matrix):
    """The sum of the logarithms of the diagonal: for a triangular root, half the logarithm of the determinant."""
    return matrix.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def times(matrix, vector):
    return (matrix @ vector.unsqueeze(-1)).squeeze(-1)


def distance(root, vector):
    """The squared length of root^-1 vector, for lower triangular roots: Mahalanobis' distance."""
    return wick.linalg.solve_triangular(root, vector.unsqueeze(-1), upper=False).squeeze(-1).pow(2).sum(-1)


def squares(matrix):
    """The trace of matrix @ matrix.mT."""
    return matrix.pow(2).sum((-2, -1))


class _ByMatrix(Distribution):
    """By one of: a covariance matrix, its inverse, the lower triangular root of it; the others are computed when they are asked for."""

    _matrices = {"covariance_matrix": constraints.positive_definite, "precision_matrix": constraints.positive_definite,
                 "scale_tril": constraints.lower_cholesky}

    def _take_matrix(self, mistake, least, matrices, batch):
        """The one that is given becomes an attribute, for the batch that its batch and another one broadcast to, which is returned."""
        given = {name: matrix for name, matrix in zip(self._matrices, matrices) if matrix is not None}
        if len(given) != 1:
            raise mistake("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        (name, matrix), = given.items()
        if matrix.dim() < 2:
            raise ValueError(least.format(name))
        batch = wick.broadcast_shapes(matrix.shape[:-2], batch)
        setattr(self, name, matrix.expand((*batch, -1, -1)))
        self._given = name, matrix
        return batch

    @lazy_property
    def _unbroadcasted_scale_tril(self):
        name, matrix = self._given
        if name == "scale_tril":
            return matrix
        if name == "covariance_matrix":
            return wick.linalg.cholesky(matrix)
        # The root of a matrix turned by 180 degrees, turned back, is the inverse of what is asked for, transposed.
        root = wick.linalg.cholesky(matrix.flip((-2, -1))).flip((-2, -1)).mT
        return wick.linalg.solve_triangular(root, wick.eye(matrix.shape[-1], dtype=matrix.dtype), upper=False)

    def _expanded(self, matrix):
        return matrix.expand((*self._batch_shape, *matrix.shape[-2:]))

    scale_tril = lazy_property(lambda self: self._expanded(self._unbroadcasted_scale_tril))
    covariance_matrix = lazy_property(lambda self: self._expanded(self._unbroadcasted_scale_tril @ self._unbroadcasted_scale_tril.mT))
    precision_matrix = lazy_property(lambda self: self._expanded(wick.cholesky_inverse(self._unbroadcasted_scale_tril)))


class _NormalVector(Distribution):
    """Around loc. `_log_det()` is the logarithm of the covariance's determinant, `_distance(x)` the length of vectors by its inverse,
    squared (Mahalanobis' distance)."""

    support = constraints.real_vector
    has_rsample = True
    mean = mode = property(lambda self: self.loc)

    def log_prob(self, value):
        self._check(value)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + self._log_det() + self._distance(value - self.loc))

    def entropy(self):
        return (0.5 * (self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._log_det())).expand(self._batch_shape)


class MultivariateNormal(_NormalVector, _ByMatrix):
    """By a mean vector and a matrix."""

    arg_constraints = {"loc": constraints.real_vector, **_ByMatrix._matrices}

    def __init__(self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        batch = self._take_matrix(ValueError, "{} must be at least two-dimensional, with optional leading batch dimensions",
                                  (covariance_matrix, precision_matrix, scale_tril), loc.shape[:-1])
        self.loc = loc.expand((*batch, -1))
        super().__init__(batch, self.loc.shape[-1:], validate_args)
        self._unbroadcasted_scale_tril  # a matrix without a root is found here

    variance = property(lambda self: self._unbroadcasted_scale_tril.pow(2).sum(-1).expand(self._extended_shape()))

    def rsample(self, sample_shape=()):
        drawn = _standard_normal(self._extended_shape(sample_shape), self.loc.dtype)
        return self.loc + times(self._unbroadcasted_scale_tril, drawn)

    def _log_det(self):
        return 2 * log_diagonal(self._unbroadcasted_scale_tril)

    def _distance(self, x):
        return distance(self._unbroadcasted_scale_tril, x)


class LowRankMultivariateNormal(_NormalVector):
    """With the covariance cov_factor @ cov_factor.mT + diagonal cov_diag, which is never inverted: by the Woodbury identity, with the
    root of I + cov_factor.mT @ diagonal^-1 @ cov_factor."""

    arg_constraints = {"loc": constraints.real_vector, "cov_factor": constraints.independent(constraints.real, 2),
                       "cov_diag": constraints.independent(constraints.positive, 1)}

    def __init__(self, loc, cov_factor, cov_diag, validate_args=None):
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        event_shape = loc.shape[-1:]
        if cov_factor.dim() < 2:
            raise ValueError("cov_factor must be at least two-dimensional, with optional leading batch dimensions")
        if cov_factor.shape[-2:-1] != event_shape:
            raise ValueError(f"cov_factor must be a batch of matrices with shape {event_shape[0]} x m")
        if cov_diag.shape[-1:] != event_shape:
            raise ValueError(f"cov_diag must be a batch of vectors with shape {event_shape}")
        try:
            batch = wick.broadcast_shapes(loc.shape[:-1], cov_factor.shape[:-2], cov_diag.shape[:-1])
        except RuntimeError as mistake:
            raise ValueError(f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, cov_diag {cov_diag.shape}") \
                from mistake
        self.loc, self.cov_diag = loc.expand((*batch, -1)), cov_diag.expand((*batch, -1))
        self.cov_factor = cov_factor.expand((*batch, -1, -1))
        self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag = cov_factor, cov_diag
        self._capacitance_tril = wick.linalg.cholesky(_plus_one(self._scaled_factor() @ cov_factor))
        super().__init__(batch, event_shape, validate_args)

    def _scaled_factor(self):
        """cov_factor.mT @ diagonal^-1."""
        return self._unbroadcasted_cov_factor.mT / self._unbroadcasted_cov_diag.unsqueeze(-2)

    def _reduction(self):
        """What, squared, the inverse of the covariance lacks to that of the diagonal."""
        return wick.linalg.solve_triangular(self._capacitance_tril, self._scaled_factor(), upper=False)

    def _log_det(self):
        return 2 * log_diagonal(self._capacitance_tril) + self._unbroadcasted_cov_diag.log().sum(-1)

    def _distance(self, x):
        return (x.pow(2) / self._unbroadcasted_cov_diag).sum(-1) - distance(self._capacitance_tril, times(self._scaled_factor(), x))

    @lazy_property
    def variance(self):
        return (self._unbroadcasted_cov_factor.pow(2).sum(-1) + self._unbroadcasted_cov_diag).expand(self._extended_shape())

    def _expanded(self, matrix):
        return matrix.expand((*self._batch_shape, -1, -1))

    @lazy_property
    def scale_tril(self):
        deviation = self._unbroadcasted_cov_diag.sqrt().unsqueeze(-1)
        factor = self._unbroadcasted_cov_factor / deviation
        return self._expanded(deviation * wick.linalg.cholesky(_plus_one(factor @ factor.mT)))

    @lazy_property
    def covariance_matrix(self):
        factor = self._unbroadcasted_cov_factor
        return self._expanded(factor @ factor.mT + wick.diag_embed(self._unbroadcasted_cov_diag))

    @lazy_property
    def precision_matrix(self):
        reduction = self._reduction()
        return self._expanded(wick.diag_embed(self._unbroadcasted_cov_diag.reciprocal()) - reduction.mT @ reduction)

    def rsample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        common = _standard_normal((*shape[:-1], self.cov_factor.shape[-1]), self.loc.dtype)
        own = _standard_normal(shape, self.loc.dtype)
        return self.loc + times(self._unbroadcasted_cov_factor, common) + self._unbroadcasted_cov_diag.sqrt() * own


def _plus_one(matrix):
    return matrix + wick.eye(matrix.shape[-1], dtype=matrix.dtype)


class Wishart(_ByMatrix, ExponentialFamily):
    """Of the sum of the outer products of df vectors that are normal around 0."""

    support = constraints.positive_definite
    has_rsample = True
    arg_constraints = property(lambda self: {**self._matrices, "df": constraints.greater_than(self.event_shape[-1] - 1)})

    def __init__(self, df, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        matrices = covariance_matrix, precision_matrix, scale_tril
        batch = self._take_matrix(AssertionError, "scale_tril must be at least two-dimensional, with optional leading batch dimensions",
                                  matrices, getattr(df, "shape", ()))
        matrix = self._given[1]
        self.df = wick.as_tensor(df, dtype=matrix.dtype).expand(batch)
        size = matrix.shape[-1]
        if (self.df <= size - 1).any():
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {size - 1}.")
        if (self.df < size).any():
            warnings.warn("Low df values detected. Singular samples are highly likely to occur for ndim - 1 < df < ndim.", stacklevel=2)
        super().__init__(batch, matrix.shape[-2:], validate_args)
        self._dist_chi2 = Chi2(self.df.unsqueeze(-1) - wick.arange(size, dtype=matrix.dtype).expand((*batch, -1)))

    def _of_batch(self, numbers):
        return numbers.reshape((*self._batch_shape, 1, 1))

    mean = property(lambda self: self._of_batch(self.df) * self.covariance_matrix)

    @property
    def mode(self):
        factor = self.df - self._event_shape[-1] - 1
        return self._of_batch(factor.masked_fill(factor <= 0, math.nan)) * self.covariance_matrix

    @property
    def variance(self):
        diagonal = self.covariance_matrix.diagonal(dim1=-2, dim2=-1)
        return self._of_batch(self.df) * (self.covariance_matrix.pow(2) + diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2))

    def _bartlett_sampling(self, sample_shape=()):
        """Root times a triangular matrix, squared: of roots of chi-squared numbers on the diagonal, normal ones below."""
        size = self._event_shape[-1]
        diagonal = self._dist_chi2.rsample(sample_shape).sqrt()
        noise = diagonal.clamp(min=wick.finfo(diagonal.dtype).eps).diag_embed(dim1=-2, dim2=-1)
        i, j = wick.tril_indices(size, size, offset=-1)
        noise[..., i, j] = wick.randn((*sample_shape, *self._batch_shape, size * (size - 1) // 2), dtype=noise.dtype)
        root = self._unbroadcasted_scale_tril @ noise
        return root @ root.mT

    def rsample(self, sample_shape=(), max_try_correction=10):
        """Singular samples are drawn anew, a number of times; PyTorch, and so wick, first draws all others a second time."""
        sample = self._bartlett_sampling(sample_shape)
        again = self.support.check(sample)
        for _ in range(max_try_correction):
            if self._batch_shape:
                again = again.flatten(-len(self._batch_shape)).any(-1)
            if not again.any():
                break
            sample[again] = self._bartlett_sampling((int(again.sum()),))
            again = ~self.support.check(sample)
        return sample

    def _log_scale(self):
        """log |2 covariance| / 2."""
        return self._event_shape[-1] * math.log(2) / 2 + log_diagonal(self._unbroadcasted_scale_tril)

    def log_prob(self, value):
        self._check(value)
        df, size = self.df, self._event_shape[-1]
        trace = wick.cholesky_solve(value, self._unbroadcasted_scale_tril).diagonal(dim1=-2, dim2=-1).sum(-1)
        return (-df * self._log_scale() - wick.mvlgamma(df / 2, p=size) + (df - size - 1) / 2 * wick.linalg.slogdet(value).logabsdet
                - trace / 2)

    def entropy(self):
        df, size = self.df, self._event_shape[-1]
        digammas = (df.unsqueeze(-1) / 2 - wick.arange(size, dtype=df.dtype) / 2).digamma().sum(-1)
        return (size + 1) * self._log_scale() + wick.mvlgamma(df / 2, p=size) - (df - size - 1) / 2 * digammas + df * size / 2

    _mean_carrier_measure = 0
    _natural_params = property(lambda self: (-self.precision_matrix / 2, (self.df - self._event_shape[-1] - 1) / 2))

    def _log_normalizer(self, x, y):
        size = self._event_shape[-1]
        half = y + (size + 1) / 2
        return half * (math.log(2) * size - wick.linalg.slogdet(-2 * x).logabsdet) + wick.mvlgamma(half, p=size)


class LKJCholesky(Distribution):
    """Of the lower triangular roots of correlation matrices with densities proportional to |matrix|^(concentration - 1), drawn row by
    row: a length, and a direction (Lewandowski, Kurowicka and Joe 2009, the onion method)."""

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky

    def __init__(self, dim, concentration=1.0, validate_args=None):
        if dim < 2:
            raise ValueError(f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}.")
        self.dim = dim
        self.concentration, = broadcast_all(concentration)
        row = wick.arange(-1, dim - 1, dtype=self.concentration.dtype).clamp(min=0)
        marginal = self.concentration + 0.5 * (dim - 2)
        self._beta = Beta(row + 0.5, marginal.unsqueeze(-1) - 0.5 * row)
        super().__init__(self.concentration.shape, (dim, dim), validate_args)

    def sample(self, sample_shape=()):
        with wick.no_grad():
            lengths = self._beta.sample(sample_shape).unsqueeze(-1)
            directions = wick.randn(self._extended_shape(sample_shape), dtype=lengths.dtype).tril(-1)
            directions = directions / directions.norm(dim=-1, keepdim=True)
            directions[..., 0, :].fill_(0.0)
            below = lengths.sqrt() * directions
            diagonal = (1 - below.pow(2).sum(-1)).clamp(min=wick.finfo(below.dtype).tiny).sqrt()
            return below + wick.diag_embed(diagonal)

    def log_prob(self, value):
        self._check(value)
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        power = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - wick.arange(2, self.dim + 1)
        rest = self.dim - 1
        alpha = self.concentration + 0.5 * rest
        normalizer = 0.5 * rest * math.log(math.pi) + wick.mvlgamma(alpha - 0.5, rest) - wick.lgamma(alpha) * rest
        return (power * diagonal.log()).sum(-1) - normalizer
