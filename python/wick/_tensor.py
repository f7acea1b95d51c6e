"""Methods of tensors that are easier said in Python than in the extension."""
from . import _legacy
from ._wick import Tensor, tensor


def _method(function):
    setattr(Tensor, function.__name__, function)
    return function


@_method
def where(self, condition, other):
    """The elements where the condition is true, those of `other` elsewhere."""
    import wick

    return wick.where(condition, self, other)


@_method
def norm(self, p="fro", dim=None, keepdim=False, dtype=None):
    import wick

    return wick.norm(self, p, dim, keepdim, dtype=dtype)


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
def share_memory_(self):
    """The tensor itself: threads share its memory."""
    return self


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


Tensor.is_cpu = property(lambda self: True)
