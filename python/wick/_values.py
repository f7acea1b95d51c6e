"""What is easier said in Python than in the extension: sizes, parameters, ways to make tensors."""
import collections
import functools
import math
import warnings

from . import _wick
from ._wick import Tensor

inf, nan, pi, e, newaxis = math.inf, math.nan, math.pi, math.e, None


class _Named(int):
    """Layouts and memory formats are numbers, as in TorchScript."""

    __slots__ = ()

    def __repr__(self):
        return "torch." + self.names[self]

    __str__ = __repr__


class layout(_Named):
    """How a tensor keeps its elements."""

    __slots__ = ()
    names = ("strided", "sparse_coo", "sparse_csr", "_mkldnn", "sparse_csc", "sparse_bsr", "sparse_bsc", "jagged")


class memory_format(_Named):
    """In which order a tensor keeps its dimensions."""

    __slots__ = ()
    names = ("contiguous_format", "preserve_format", "channels_last", "channels_last_3d")


# Tensors have the first two; the others are there to compare with.
strided, sparse_coo, sparse_csr, _mkldnn, sparse_csc, sparse_bsr, sparse_bsc, jagged = map(layout, range(8))
contiguous_format, preserve_format, channels_last, channels_last_3d = map(memory_format, range(4))


def _assert(condition, message):
    """assert as a function."""
    if _wick._has_override((condition,)):
        from .overrides import handle_torch_function

        return handle_torch_function(_assert, (condition,), condition, message)
    assert condition, message


class Size(tuple):
    """A tensor's sizes."""

    __slots__ = ()

    def numel(self):
        return math.prod(self)

    def __repr__(self):
        return f"torch.Size({list(self)})"

    def __getitem__(self, index):
        found = super().__getitem__(index)
        return Size(found) if isinstance(index, slice) else found

    def __add__(self, other):
        return Size(super().__add__(tuple(other)))


def broadcast_shapes(*shapes):
    """The shape that tensors of these shapes broadcast to; a number is a vector's."""
    shapes = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]
    result = [1] * max(map(len, shapes), default=0)
    for index, shape in enumerate(shapes):
        for i in range(-1, -len(shape) - 1, -1):
            if shape[i] != 1 != result[i] != shape[i]:
                raise RuntimeError(f"Attempting to broadcast a dimension of length {shape[i]} at {i}! Mismatching argument at index {index} "
                                   f"had {shape}; but expected shape should be broadcastable to {result}")
            if shape[i] != 1:
                result[i] = shape[i]
    return Size(result)


class Parameter(Tensor):
    """A tensor that a module counts among its parameters. One of another class than Tensor keeps its class."""

    __torch_function__ = _wick._disabled_torch_function_impl

    def __new__(cls, data=None, requires_grad=True):
        if data is None:
            data = _wick.tensor([])
        if type(data) is Tensor or type(data) is Parameter:
            return _wick._make_subclass(cls, data, requires_grad)
        own = data.detach().requires_grad_(requires_grad)
        if type(own) is not type(data):
            raise RuntimeError(f"Creating a Parameter from an instance of type {type(data).__name__} requires that detach() returns an instance "
                               f"of the same type, but return type {type(own).__name__} was found instead. To use the type as a Parameter, "
                               "please correct the detach() semantics defined by its __torch_dispatch__() implementation.")
        own._is_param = True
        return own

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()

    def __reduce__(self):
        return Parameter, (self.data, self.requires_grad)

    def __copy__(self):
        return Parameter(self.data, self.requires_grad)

    def __deepcopy__(self, memo):
        return Parameter(self.data.clone(), self.requires_grad)


_wick._mark_class(Parameter, "_is_param")


@functools.cache
def _results_class(name, fields):
    kind = collections.namedtuple(name, fields)

    def __repr__(self):
        return f"torch.return_types.{name}(\n" + ",\n".join(f"{field}={value!r}" for field, value in zip(fields, self)) + ")"

    return type(name, (kind,), {"__slots__": (), "__module__": "wick.return_types", "__repr__": __repr__,
                                "__new__": lambda cls, values: cls._make(values), "__reduce__": lambda self: (tuple, (tuple(self),))})


def results_class(name, fields):
    """The class of what an operator of several results gives."""
    return _results_class(name, tuple(fields))


def typename(obj):
    """The name of a value's type, with its module; that of a tensor's old type."""
    if isinstance(obj, Tensor):
        return obj.type()
    kind = obj if isinstance(obj, type) else type(obj)
    module = kind.__module__
    return kind.__qualname__ if module in ("builtins", "__builtin__", None) else f"{module}.{kind.__qualname__}"


def is_tensor(value):
    return isinstance(value, Tensor)


def is_floating_point(input):
    return input.is_floating_point()


def is_complex(input):
    return input.is_complex()


def from_numpy(array):
    """A tensor over the memory of a NumPy array: changes show on both sides."""
    if type(array).__module__ != "numpy" or not hasattr(array, "__array_interface__"):
        raise TypeError(f"expected np.ndarray (got {type(array).__name__})")
    return _wick._from_array(array)


def from_dlpack(array):
    """A tensor over the memory of another library's (anything with __dlpack__, or a capsule)."""
    return _wick._from_array(array)


def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    """A tensor of one dimension over the memory of a buffer: bytes, an array, a memoryview."""
    try:
        memory = memoryview(buffer)
    except TypeError:
        raise ValueError("object does not implement Python buffer protocol.") from None
    size, item = memory.nbytes, dtype.itemsize
    if size == 0 or count == 0:
        raise ValueError(f"both buffer length ({size}) and count ({count}) must not be 0")
    if not 0 <= offset < size:
        raise ValueError(f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({size} bytes) minus 1")
    if count < 0:
        if (size - offset) % item:
            raise ValueError(f"buffer length ({size - offset} bytes) after offset ({offset} bytes) must be a multiple of element size ({item})")
        count = (size - offset) // item
    if offset + count * item > size:
        raise ValueError(f"requested buffer length ({count} * {item} bytes) after offset ({offset} bytes) must not be greater than actual buffer "
                         f"length ({size} bytes)")
    if memory.readonly:
        warnings.warn("The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can write to the "
                      "underlying (supposedly non-writable) buffer using the tensor. You may want to copy the buffer to protect its data or make it "
                      "writable before converting it to a tensor.", stacklevel=2)
    return _wick._from_array(memory.cast("B")[offset : offset + count * item]).view(dtype).requires_grad_(requires_grad)


def as_tensor(data, dtype=None, device=None):
    """`data` as a tensor, without a copy where it is one or an array, and has the dtype."""
    if not isinstance(data, Tensor):
        if not (hasattr(data, "__dlpack__") or hasattr(data, "__array_interface__")):
            return _wick.tensor(data, dtype=dtype, device=device)
        data = _wick._placed(_wick._from_array(data), device)
    if device is not None:
        data = data.to(device)
    return data if dtype is None or data.dtype == dtype else data.to(dtype)


def full(size, fill_value, **options):
    """A tensor of one number, of whose kind it is unless a dtype is given."""
    if isinstance(fill_value, bool) and options.get("dtype") is None:
        options["dtype"] = _wick.bool
    return _full(size, fill_value, **options)


_full = _wick._operator("full")
_empty_strided = _wick._operator("empty_strided")


def empty_permuted(size, physical_layout, **options):
    """A tensor without values whose dimensions lie in memory in the order physical_layout."""
    if sorted(physical_layout) != list(range(len(size))):
        raise RuntimeError(f"Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = {len(size)} is not equal to "
                           f"len(physical_layout) = {len(physical_layout)}" if len(size) != len(physical_layout) else "Duplicate dim not allowed")
    strides, step = [0] * len(size), 1
    for dim in reversed(physical_layout):
        strides[dim] = step
        step *= max(size[dim], 1)
    return _empty_strided(tuple(size), tuple(strides), **options)


def nonzero(input, *, out=None, as_tuple=False):
    """Where elements are not zero: a row of coordinates for each, or with as_tuple a vector for each dimension."""
    if as_tuple:
        return tuple(_nonzero_numpy(input))
    return _nonzero(input) if out is None else _nonzero(input, out=out)


_nonzero, _nonzero_numpy = map(_wick._operator, ("nonzero", "nonzero_numpy"))


def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False):
    """`obj` as a tensor, without a copy where that is possible; with `copy` always with one, with copy=False never."""
    own = as_tensor(obj, device=device)
    made = own if dtype is None or own.dtype == dtype else own.to(dtype)
    has_memory = isinstance(obj, Tensor) or hasattr(obj, "__dlpack__") or hasattr(obj, "__array_interface__")
    shares = has_memory and made is own
    if copy is False and not shares:
        raise ValueError("can't alias arbitrary sequence into a tensor.")
    made = made.clone() if copy and shares else made
    return made.detach().requires_grad_() if requires_grad else made


class _Limits:
    def __repr__(self):
        shown = (f"{name}={getattr(self, name) if name == 'dtype' else format(getattr(self, name), 'g' if self.by_digits else 'd')}"
                 for name in self.shown)
        return f"{type(self).__name__}({', '.join(shown)})"


class _FloatInfo(_Limits, collections.namedtuple("finfo", "bits eps max min tiny smallest_normal resolution dtype")):
    __slots__ = ()
    by_digits, shown = True, ("resolution", "min", "max", "eps", "smallest_normal", "tiny", "dtype")


class _IntInfo(_Limits, collections.namedtuple("iinfo", "bits max min dtype")):
    __slots__ = ()
    by_digits, shown = False, ("min", "max", "dtype")


_FloatInfo.__name__, _IntInfo.__name__ = "finfo", "iinfo"


# Exponent bits, fraction bits, and the exponent and the steps below 2 of the largest number; None: what is larger are infinity and NaN.
_FORMATS = {"float64": (11, 52, None), "float32": (8, 23, None), "float16": (5, 10, None), "bfloat16": (8, 7, None), "float8_e5m2": (5, 2, None),
            "float8_e4m3fn": (4, 3, (8, 2)), "float8_e5m2fnuz": (5, 2, (15, 1)), "float8_e4m3fnuz": (4, 3, (7, 1))}


def finfo(dtype=_wick.float32):
    """The limits of a floating-point dtype, or of the parts of a complex one."""
    dtype = {_wick.complex64: _wick.float32, _wick.complex128: _wick.float64}.get(dtype, dtype)
    name = repr(dtype)[6:]
    if name not in _FORMATS:
        raise TypeError(f"finfo: {dtype} is no floating-point dtype")
    exponent, fraction, top = _FORMATS[name]
    bias = 2 ** (exponent - 1) - (0 if name.endswith("fnuz") else 1)
    highest, steps = top or (2 ** (exponent - 1) - 1, 1)
    largest = (2 - steps * 2.0**-fraction) * 2.0**highest
    tiny = 2.0 ** (1 - bias)
    digits = int(fraction * math.log10(2))
    return _FloatInfo(8 * dtype.itemsize, 2.0**-fraction, largest, -largest, tiny, tiny, 10.0**-digits, name)


def iinfo(dtype=_wick.int64):
    """The limits of an integer dtype."""
    if dtype.is_floating_point or dtype.is_complex:
        raise TypeError(f"iinfo: {dtype} is no integer dtype")
    bits = 8 * dtype.itemsize
    if not dtype.is_signed:
        return _IntInfo(bits, 2**bits - 1, 0, repr(dtype)[6:])
    return _IntInfo(bits, 2 ** (bits - 1) - 1, -(2 ** (bits - 1)), repr(dtype)[6:])


def unravel_index(indices, shape):
    """The coordinates of places in a flattened array of this shape, a tensor for each dimension."""
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if indices.is_floating_point() or indices.is_complex():
        raise ValueError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    found = []
    for size in reversed(sizes):
        found.append(indices % size)
        indices = indices // size
    return tuple(reversed(found))
