"""Methods of tensors that are easier said in Python than in the extension."""

from . import _legacy
from ._values import sparse_coo, strided
from ._wick import Tensor, _operator, tensor

_set = _operator("set_")


def _check_storage(tensor):
    if tensor.is_sparse:
        raise NotImplementedError("Cannot access storage of SparseTensorImpl")


def _method(function):
    setattr(Tensor, function.__name__, function)
    return function


@_method
def where(self, condition, other):
    """The elements where the condition is true, those of `other` elsewhere."""
    import wick

    return wick.where(condition, self, other)


@_method
def nonzero(self, *, as_tuple=False):
    import wick

    return wick.nonzero(self, as_tuple=as_tuple)


@_method
def norm(self, p="fro", dim=None, keepdim=False, dtype=None):
    import wick

    return wick.norm(self, p, dim, keepdim, dtype=dtype)


@_method
def lu(self, pivot=True, get_infos=False):
    """(LU, pivots), and the info of each matrix if it is asked for."""
    import wick

    found = wick._lu_with_info(self, pivot=pivot, check_errors=not get_infos)
    return tuple(found) if get_infos else tuple(found[:2])


@_method
def unique(self, sorted=True, return_inverse=False, return_counts=False, dim=None):
    import wick

    return wick.unique(self, sorted=sorted, return_inverse=return_inverse, return_counts=return_counts, dim=dim)


@_method
def unique_consecutive(self, return_inverse=False, return_counts=False, dim=None):
    import wick

    return wick.unique_consecutive(self, return_inverse=return_inverse, return_counts=return_counts, dim=dim)


@_method
def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False):
    """A tensor of this one's dtype, unless another is given."""
    return tensor(data, dtype=self.dtype if dtype is None else dtype, requires_grad=requires_grad)


@_method
def new(self, *data, device=None):
    """As new_tensor for data; without values for sizes."""
    return _legacy.new(self.dtype, *data)


@_method
def apply_(self, callable):
    """Puts callable(element) in the place of each element."""
    return self.copy_(tensor([callable(value) for value in self.flatten().tolist()], dtype=self.dtype).view(self.shape))


@_method
def map_(self, other, callable):
    """Puts callable(element, element of other) in the place of each element."""
    pairs = zip(self.flatten().tolist(), other.expand_as(self).flatten().tolist())
    return self.copy_(tensor([callable(*pair) for pair in pairs], dtype=self.dtype).view(self.shape))


@_method
def pin_memory(self, device=None):
    """The tensor itself: no device copies from it."""
    return self


@_method
def is_pinned(self, device=None):
    return False


@_method
def map2_(self, x, y, callable):
    """Puts callable(element, element of x, element of y) in the place of each element."""
    triples = zip(self.flatten().tolist(), x.expand_as(self).flatten().tolist(), y.expand_as(self).flatten().tolist())
    return self.copy_(tensor([callable(*triple) for triple in triples], dtype=self.dtype).view(self.shape))


@_method
def resize(self, *sizes):
    """The elements in another shape; resize_ may change their number."""
    return self.view(sizes[0] if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes)


@_method
def resize_as(self, tensor):
    return self.view(tensor.shape)


@_method
def const_data_ptr(self):
    return self.data_ptr()


@_method
def slice_inverse(self, src, dim=0, start=None, end=None, step=1):
    import wick

    return wick.slice_inverse(self, src, dim, start, end, step)


@_method
def reinforce(self, reward):
    raise RuntimeError("reinforce() was removed. Use torch.distributions instead.")


# What tensors had before they were variables.
Tensor.name, Tensor.volatile = property(lambda self: None), property(lambda self: False)
Tensor.grad_dtype = property(lambda self: self.dtype)


@_method
def share_memory_(self):
    """Moves the elements to memory that processes share (wick.multiprocessing); threads share all of them anyway."""
    from .multiprocessing import reductions

    if reductions.block_of(self) is None:
        self.data = reductions.shared_copy(self)
    return self


@_method
def is_shared(self):
    from .multiprocessing import reductions

    return reductions.block_of(self) is not None


@_method
def untyped_storage(self):
    _check_storage(self)
    from .storage import UntypedStorage

    return UntypedStorage(self)


@_method
def storage(self):
    _check_storage(self)
    from .storage import TypedStorage

    return TypedStorage(self)


@_method
def set_(self, source=None, storage_offset=0, size=None, stride=()):
    """Becomes a view of the memory of a tensor or of a storage: of all of it, or of `size` elements from an offset on."""
    from .storage import UntypedStorage

    if source is None:
        return _set(self)
    if isinstance(source, UntypedStorage):
        source = source.untyped()._elements().view(self.dtype)
    return _set(self, source) if size is None else _set(self, source, storage_offset, size, stride)


@_method
def __array_wrap__(self, array, context=None, return_scalar=False):
    """What a function of NumPy made of the tensor, as a tensor."""
    from ._values import from_numpy

    return from_numpy(array)


@_method
def __pos__(self):
    return self


@_method
def __reversed__(self):
    return self.flip(0) if self.dim() else self


@_method
def polygamma(self, n):
    import wick

    return wick.polygamma(n, self)


Tensor.is_cpu = property(lambda self: self.device.type == "cpu")
Tensor.layout = property(lambda self: sparse_coo if self.is_sparse else strided)


@_method
def float_power_(self, exponent):
    """float_power in place: of a tensor of float64 or complex128. RuntimeError for others, whose powers have another dtype."""
    import wick

    is_complex = self.is_complex() or isinstance(exponent, complex) or (isinstance(exponent, Tensor) and exponent.is_complex())
    wanted = wick.complex128 if is_complex else wick.float64
    if self.dtype != wanted:
        has, needs = (wick.empty(0, dtype=dtype).type()[len("torch."):-len("Tensor")] for dtype in (self.dtype, wanted))
        raise RuntimeError(f"the base given to float_power_ has dtype {has} but the operation's result requires dtype {needs}")
    return self.pow_(exponent.to(wanted) if isinstance(exponent, Tensor) else exponent)


@_method
def to_sparse_coo(self):
    return self.to_sparse()


@_method
def chalf(self, memory_format=None):
    raise NotImplementedError("there are no tensors of complex numbers of 32 bits")


@_method
def record_stream(self, stream):
    """Nothing: there are no streams."""


@_method
def storage_type(self):
    return type(self.storage())


@_method
def dim_order(self, ambiguity_check=False):
    """The dimensions from the one with the longest steps in memory to that with the shortest."""
    return tuple(sorted(range(self.dim()), key=self.stride, reverse=True))


@_method
def new_empty_strided(self, size, stride, dtype=None, device=None, layout=None, pin_memory=False):
    import wick

    return wick.empty_strided(size, stride, dtype=self.dtype if dtype is None else dtype)


@_method
def module_load(self, other, assign=False):
    """What load_state_dict makes of a module's tensor and the one of the dict, where tensors are swapped."""
    return other.detach() if assign else self.copy_(other).detach()


@_method
def ormqr(self, tau, other, left=True, transpose=False):
    import wick

    return wick.ormqr(self, tau, other, left, transpose)


def _removed(name, instead):
    def removed(self, *args, **kwargs):
        raise RuntimeError(f"This function was deprecated since version 1.9 and is now removed. {instead}")

    removed.__name__ = name
    return _method(removed)


for _name, _instead in (("eig", "`torch.linalg.eig` returns complex tensors of dtype `cfloat` or `cdouble` rather than real tensors mimicking "
                                "complex tensors."),
                        ("symeig", "The default behavior has changed from using the upper triangular portion of the matrix by default to "
                                   "using the lower triangular portion: use `torch.linalg.eigh`."),
                        ("solve", "`torch.solve` is deprecated in favor of `torch.linalg.solve`."),
                        ("lstsq", "`torch.lstsq` is deprecated in favor of `torch.linalg.lstsq`.")):
    _removed(_name, _instead)
