"""Tensors by their old types: torch.FloatTensor and its like, and Tensor(…) itself."""
from . import _wick

# What the types of tensors and of storages are called after.
DTYPES = {"Float": "float32", "Double": "float64", "Half": "float16", "BFloat16": "bfloat16", "Long": "int64", "Int": "int32",
          "Short": "int16", "Char": "int8", "Byte": "uint8", "Bool": "bool", "ComplexFloat": "complex64", "ComplexDouble": "complex128"}


class _TensorType(type):
    """The type of tensors of one dtype: makes them, and knows them."""

    def __call__(cls, *data, device=None):
        return new(cls.dtype, *data)

    def __instancecheck__(cls, value):
        return isinstance(value, _wick.Tensor) and value.dtype == cls.dtype

    def __repr__(cls):
        return f"<class 'torch.{cls.__name__}'>"


TYPES = {f"{name}Tensor": _TensorType(f"{name}Tensor", (), {"dtype": getattr(_wick, dtype), "is_cuda": False})
         for name, dtype in DTYPES.items()}
globals().update(TYPES)


def new(dtype, *data):
    """A tensor of data (a sequence or an array), or one without values of the sizes that are given one by one or as a Size."""
    import wick

    dtype = wick.get_default_dtype() if dtype is None else dtype
    if len(data) == 1 and isinstance(data[0], (float, complex)):
        raise TypeError(f"new(): data must be a sequence (got {type(data[0]).__name__})")
    if len(data) == 1 and not isinstance(data[0], (int, wick.Size)):
        return wick.tensor(data[0], dtype=dtype)
    sizes = data[0] if len(data) == 1 and isinstance(data[0], wick.Size) else data or (0,)
    if not all(isinstance(size, int) for size in sizes):
        raise TypeError(f"new(): data must be a sequence (got {', '.join(type(one).__name__ for one in data)})")
    return wick.empty(tuple(sizes), dtype=dtype)


def make(*data, device=None):
    """What Tensor(…) is called with, in the default dtype."""
    return new(None, *data)


def dtype_of(kind):
    """The dtype of a type, which may be given by name."""
    if isinstance(kind, _wick.dtype):
        return kind
    found = TYPES.get(kind.removeprefix("torch.")) if isinstance(kind, str) else kind
    if kind is _wick.Tensor or kind == "torch.Tensor":
        return _wick.get_default_dtype()
    if not isinstance(found, _TensorType):
        raise ValueError(f"invalid type: '{kind.__name__ if isinstance(kind, type) else kind}'")
    return found.dtype


def set_default_tensor_type(t):
    _wick.set_default_dtype(dtype_of(t))
