"""torch.sparse: tensors that have some of their elements, with coordinates, and what is done with them alone."""
import wick

from ._legacy import DTYPES
from ._library import operator

__all__ = ["addmm", "check_sparse_tensor_invariants", "log_softmax", "mm", "softmax", "sparse_coo_tensor", "sum"]

_make = operator("sparse_coo_tensor")

#: The product of two matrices, at least one of them sparse; sparse when both are.
mm = operator("_sparse_mm")
#: The same, dense for a dense factor.
spmm = dsmm = operator("mm")
#: softmax and log_softmax of the elements that there are; the others count as minus infinity.
softmax, log_softmax = operator("_sparse_softmax"), operator("_sparse_log_softmax")


def sparse_coo_tensor(indices=None, values=None, size=None, *, dtype=None, device=None, requires_grad=False, check_invariants=None,
                      is_coalesced=None):
    """A tensor of `values` at `indices`, a column of coordinates for each value; several values in one place are summed.

    `size` is the smallest that has all indices unless it is given. Whether the parts fit is always checked."""
    if indices is None and values is None:
        made = _make(list(size), dtype=dtype)
    else:
        indices = wick.as_tensor(indices)
        values = wick.as_tensor(values, dtype=dtype)
        if indices.numel() == 0:
            indices = indices.to(wick.int64)
        elif indices.is_floating_point() or indices.is_complex():
            indices = indices.to(wick.int64)
        parts = (indices, values) if size is None else (indices, values, list(size))
        made = _make(*parts, dtype=dtype, is_coalesced=is_coalesced)
    return made.detach().requires_grad_() if requires_grad else made


class _SparseType(type):
    """The old type of sparse tensors of one dtype: makes them of indices, values and a size, and knows them."""

    def __call__(cls, *parts):
        if all(isinstance(part, int) for part in parts):
            return sparse_coo_tensor(size=parts, dtype=cls.dtype)
        return sparse_coo_tensor(*parts, dtype=cls.dtype)

    def __instancecheck__(cls, value):
        return isinstance(value, wick.Tensor) and value.is_sparse and value.dtype == cls.dtype

    def __repr__(cls):
        return f"<class 'torch.sparse.{cls.__name__}'>"


globals().update({f"{name}Tensor": _SparseType(f"{name}Tensor", (), {"dtype": getattr(wick, dtype)}) for name, dtype in DTYPES.items()})


def addmm(mat, mat1, mat2, *, beta=1.0, alpha=1.0):
    """beta * mat + alpha * (mat1 @ mat2), where mat1 may be sparse."""
    return wick._sparse_addmm(mat, mat1, mat2, beta=beta, alpha=alpha)


def sum(input, dim=None, dtype=None):
    """The sum over dimensions, or of everything; sparse while there are indices left."""
    return wick.sum(input, dtype=dtype) if dim is None else wick.sum(input, dim, dtype=dtype)


class check_sparse_tensor_invariants:
    """Whether sparse_coo_tensor checks its parts: it does. A switch, context manager and decorator that programs may turn."""

    _enabled = False

    @staticmethod
    def is_enabled():
        return check_sparse_tensor_invariants._enabled

    @staticmethod
    def enable():
        check_sparse_tensor_invariants._enabled = True

    @staticmethod
    def disable():
        check_sparse_tensor_invariants._enabled = False

    def __init__(self, enable=True):
        self.state = enable

    def __enter__(self):
        self._saved = self.is_enabled()
        check_sparse_tensor_invariants._enabled = self.state

    def __exit__(self, *exception):
        check_sparse_tensor_invariants._enabled = self._saved

    def __call__(self, function):
        def checked(*args, **kwargs):
            with type(self)(self.state):
                return function(*args, **kwargs)

        return checked
