"""Parametrizations of weights: torch.nn.utils.parametrizations."""
import wick

from .. import functional as F
from ..modules.module import Module
from . import parametrize


class _WeightNorm(Module):
    """g * v / |v|, with a norm for each place along `dim` (None: one)."""

    def __init__(self, dim=0):
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g, weight_v):
        return wick._weight_norm(weight_v, weight_g, self.dim)

    def right_inverse(self, weight):
        return wick.norm_except_dim(weight, 2, self.dim), weight


def weight_norm(module, name="weight", dim=0):
    """Makes the weight a direction times a magnitude (Salimans and Kingma, 2016); both are parameters."""
    return parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


class _SpectralNorm(Module):
    """The weight divided by its largest singular value, which power iterations estimate while training."""

    def __init__(self, weight, n_power_iterations=1, dim=0, eps=1e-12):
        super().__init__()
        if n_power_iterations <= 0:
            raise ValueError(f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}")
        self.dim = dim if dim >= 0 else dim + weight.dim()
        self.n_power_iterations = n_power_iterations
        self.eps = eps
        if weight.dim() > 1:
            matrix = self._matrix(weight).detach()
            rows, columns = matrix.shape
            draw = lambda size: F.normalize(wick.empty(size, dtype=matrix.dtype).normal_(0, 1), dim=0, eps=eps)
            self.register_buffer("_u", draw(rows))
            self.register_buffer("_v", draw(columns))
            self._iterate(matrix, 15)

    def _matrix(self, weight):
        if self.dim != 0:
            weight = weight.permute(self.dim, *(d for d in range(weight.dim()) if d != self.dim))
        return weight.flatten(1)

    @wick.no_grad()
    def _iterate(self, matrix, times):
        for _ in range(times):
            self._u.copy_(F.normalize(wick.mv(matrix, self._v), dim=0, eps=self.eps))
            self._v.copy_(F.normalize(wick.mv(matrix.t().conj(), self._u), dim=0, eps=self.eps))

    def forward(self, weight):
        if weight.dim() == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._matrix(weight)
        if self.training:
            self._iterate(matrix.detach(), self.n_power_iterations)
        # Copies: the next call changes the buffers, which this one's gradient needs.
        u, v = self._u.clone(), self._v.clone()
        return weight / wick.vdot(u, wick.mv(matrix, v))

    def right_inverse(self, value):
        return value


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """Divides the weight by its spectral norm (Miyato et al., 2018). `dim`: that of the outputs, by default 0, of transposed
    convolutions 1."""
    weight = getattr(module, name, None)
    if not isinstance(weight, wick.Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if dim is None:
        dim = 1 if type(module).__name__.startswith("ConvTranspose") else 0
    return parametrize.register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))


class _Orthogonal(Module):
    """A matrix with orthonormal columns (rows, where there are more columns) made of any: by the exponential or the Cayley
    transform of a skew-symmetric one, or by Householder reflections. With a `base`, what is made multiplies it."""

    def __init__(self, weight, orthogonal_map, use_trivialization):
        super().__init__()
        if weight.is_complex() and orthogonal_map == "householder":
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X):
        tall = X.size(-2) >= X.size(-1)
        X = X if tall else X.mT
        n, k = X.size(-2), X.size(-1)
        if self.orthogonal_map == "householder":
            A = X.tril(-1)
            taus = 2.0 / (1.0 + (A * A).sum(-2))
            Q = wick.linalg.householder_product(A, taus)
            Q = Q * X.diagonal(0, -2, -1).int().unsqueeze(-2)
        else:
            A = X.tril()
            if n != k:
                A = wick.cat([A, A.new_zeros(tuple(A.shape[:-2]) + (n, n - k))], -1)
            A = A - A.mH
            if self.orthogonal_map == "matrix_exp":
                Q = wick.matrix_exp(A)
            else:
                identity = wick.eye(n, dtype=A.dtype)
                Q = wick.linalg.solve(wick.add(identity, A, alpha=-0.5), wick.add(identity, A, alpha=0.5))
            Q = Q[..., :k] if n != k else Q
        base = self._buffers.get("base")
        if base is not None:
            Q = base @ Q
        return Q if tall else Q.mT

    def right_inverse(self, Q):
        if tuple(Q.shape) != tuple(self.shape):
            raise ValueError(f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}.")
        tall = Q.size(-2) >= Q.size(-1)
        Q = Q if tall else Q.mT
        n, k = Q.size(-2), Q.size(-1)
        if "base" not in self._buffers:
            if self.orthogonal_map != "householder":
                raise NotImplementedError("It is not possible to assign to the matrix exponential or the Cayley parametrizations "
                                          "when use_trivialization=False.")
            A, tau = wick.geqrf(Q)
            # Reflections that keep the signs: those of R go to the diagonal.
            A.diagonal(0, -2, -1).sign_()
            A.diagonal(0, -2, -1)[tau == 0.0] *= -1
            return A if tall else A.mT
        if n != k:
            Q = wick.cat([Q, wick.randn(*Q.shape[:-2], n, n - k, dtype=Q.dtype)], -1)
        self.base = _orthonormalized(Q)
        # Of which every map makes the identity.
        start = wick.zeros(self.shape, dtype=Q.dtype)
        start.diagonal(0, -2, -1).fill_(-1.0)
        return start


def _orthonormalized(Q):
    """The nearest in the sense of QR: Q itself where its columns are orthonormal."""
    factor, triangle = wick.linalg.qr(Q)
    return factor * triangle.diagonal(0, -2, -1).sgn().unsqueeze(-2)


def orthogonal(module, name="weight", orthogonal_map=None, *, use_trivialization=True):
    """Makes the weight orthogonal, or its rows or columns orthonormal. orthogonal_map: "matrix_exp" (of square and complex
    matrices by default), "cayley" or "householder"."""
    weight = getattr(module, name, None)
    if not isinstance(weight, wick.Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if weight.dim() < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.dim()} dimensions.")
    if orthogonal_map is None:
        square = weight.size(-2) == weight.size(-1)
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    if orthogonal_map not in ("matrix_exp", "cayley", "householder"):
        raise ValueError('orthogonal_map has to be one of "matrix_exp", "cayley", "householder". '
                         f"Got: {orthogonal_map}")
    made = _Orthogonal(weight, orthogonal_map, use_trivialization)
    return parametrize.register_parametrization(module, name, made, unsafe=True)
