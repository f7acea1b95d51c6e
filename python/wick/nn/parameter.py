"""Tensors that modules know as their own: parameters and buffers, also those whose shape the first call tells."""
import wick

from .._values import Parameter

_NO_SHAPE = ("Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when trying "
             "to load an uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before accessing "
             "their attributes.")
_NO_VALUE = ("Attempted to use an uninitialized parameter in {}. This error happens when you are using a `LazyModule` or explicitly "
             "manipulating `torch.nn.parameter.{}` objects. When using LazyModules Call `forward` with a dummy batch to initialize the "
             "parameters before calling torch functions")
# What may be asked of a tensor without a shape.
_KNOWN = {"data", "grad", "requires_grad", "requires_grad_", "is_leaf", "dtype", "device", "persistent", "materialize", "cls_to_become",
          "is_complex", "is_floating_point", "to", "half", "float", "double", "bfloat16", "cpu", "shape"}


class Buffer(wick.Tensor):
    """A tensor that becomes a buffer of the module that it is assigned to; state dicts have it if it is `persistent`. What is made is of
    the class of `data`, and marked."""

    __torch_function__ = wick._C._disabled_torch_function_impl

    def __new__(cls, data=None, *, persistent=True):
        data = wick.empty(0) if data is None else data
        made = data.detach().requires_grad_(data.requires_grad)
        made.persistent, made._is_buffer = persistent, True
        return made


wick._wick._mark_class(Buffer, "_is_buffer")


class UninitializedTensorMixin:
    """A tensor without a shape, until `materialize` gives it one and the class of its kind."""

    def materialize(self, shape, device=None, dtype=None):
        self.data = wick.empty(shape, dtype=dtype or self.data.dtype)
        self.__class__ = self.cls_to_become

    @property
    def shape(self):
        raise RuntimeError(_NO_SHAPE)

    def __getattribute__(self, name):
        if not name.startswith("_") and name not in _KNOWN:
            raise ValueError(_NO_VALUE.format(f"<method '{name}' of 'torch._C.TensorBase' objects>", type(self).__name__))
        return super().__getattribute__(name)

    def __repr__(self):
        return f"<{type(self).__name__}>"


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    cls_to_become = Parameter

    def __new__(cls, requires_grad=True, device=None, dtype=None):
        return wick.Tensor._make_subclass(cls, wick.empty(0, dtype=dtype), requires_grad)

    def __reduce__(self):
        return UninitializedParameter, (self.requires_grad, None, self.dtype)

    def __deepcopy__(self, memo):
        return memo.setdefault(id(self), UninitializedParameter(self.requires_grad, None, self.dtype))


class UninitializedBuffer(UninitializedTensorMixin, wick.Tensor):
    cls_to_become = wick.Tensor
    __torch_function__ = wick._C._disabled_torch_function_impl

    def __new__(cls, requires_grad=False, device=None, dtype=None, persistent=True):
        made = wick.Tensor._make_subclass(cls, wick.empty(0, dtype=dtype), requires_grad)
        made.persistent, made._is_buffer = persistent, True
        return made

    def __reduce__(self):
        return UninitializedBuffer, (False, None, self.dtype, self.persistent)

    def __deepcopy__(self, memo):
        return memo.setdefault(id(self), UninitializedBuffer(False, None, self.dtype, self.persistent))


def is_lazy(tensor):
    """Whether the tensor has no shape yet."""
    return isinstance(tensor, UninitializedTensorMixin)
