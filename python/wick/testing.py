"""torch.testing: assert_close, make_tensor."""
import collections.abc
import math

import wick

__all__ = ["assert_close", "make_tensor"]

_TOLERANCES = {wick.float16: (1e-3, 1e-5), wick.bfloat16: (1.6e-2, 1e-5), wick.float32: (1.3e-6, 1e-5), wick.float64: (1e-7, 1e-7),
               wick.complex64: (1.3e-6, 1e-5), wick.complex128: (1e-7, 1e-7)}


def assert_close(actual, expected, *, allow_subclasses=True, rtol=None, atol=None, equal_nan=False, check_device=True,
                 check_dtype=True, check_layout=True, check_stride=False, msg=None):
    """AssertionError unless |actual - expected| <= atol + rtol * |expected| for tensors, arrays and numbers, or for those in
    sequences and mappings. Without tolerances they are those of the dtype, none for integers. `msg` is the text of the error, or a
    function that makes it of the text that it would have."""
    if (rtol is None) != (atol is None):
        raise ValueError("Both 'rtol' and 'atol' must be either specified or omitted, but got no "
                         f"{'rtol' if rtol is None else 'atol'}.")
    options = _Options(rtol, atol, equal_nan, check_dtype, check_stride)
    try:
        _compare(actual, expected, options, ())
    except _Difference as difference:
        text = str(difference)
        raise AssertionError(text if msg is None else msg(text) if callable(msg) else msg) from None


_Options = collections.namedtuple("_Options", "rtol atol equal_nan check_dtype check_stride")


class _Difference(Exception):
    def __init__(self, text, path):
        where = "".join(f"[{key!r}]" for key in path)
        super().__init__(text + (f"\n\nThe failure occurred for item {where}" if path else ""))


def _compare(actual, expected, options, path):
    if _is_tensor_like(actual) and _is_tensor_like(expected):
        return _compare_tensors(wick.as_tensor(actual), wick.as_tensor(expected), options, path)
    if isinstance(actual, (str, bytes)) or isinstance(expected, (str, bytes)):
        pass
    elif isinstance(actual, collections.abc.Sequence) and isinstance(expected, collections.abc.Sequence):
        if len(actual) != len(expected):
            raise _Difference(f"The length of the sequences mismatch: {len(actual)} != {len(expected)}", path)
        for number, pair in enumerate(zip(actual, expected)):
            _compare(*pair, options, (*path, number))
        return
    elif isinstance(actual, collections.abc.Mapping) and isinstance(expected, collections.abc.Mapping):
        missing, more = sorted(set(expected) - set(actual), key=str), sorted(set(actual) - set(expected), key=str)
        if missing or more:
            raise _Difference("The keys of the mappings do not match:\n"
                              f"Missing keys in the actual mapping: {missing}\nAdditional keys in the actual mapping: {more}", path)
        for key in sorted(actual, key=str):
            _compare(actual[key], expected[key], options, (*path, key))
        return
    elif _is_number(actual) and _is_number(expected):
        return _compare_numbers(actual, expected, options, path)
    elif actual is None and expected is None:
        return
    raise TypeError(f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}.")


def _is_number(value):
    return isinstance(value, (bool, int, float, complex))


def _is_tensor_like(value):
    return isinstance(value, wick.Tensor) or hasattr(value, "__array_interface__")


def _tolerances(options, *dtypes):
    if options.rtol is not None:
        return options.rtol, options.atol
    known = [_TOLERANCES.get(dtype, (0.0, 0.0)) for dtype in dtypes]
    return max(rtol for rtol, _ in known), max(atol for _, atol in known)


def _compare_numbers(actual, expected, options, path):
    kinds = {complex: wick.complex128, float: wick.float64}
    rtol, atol = _tolerances(options, *(kinds.get(type(value), wick.int64) for value in (actual, expected)))
    difference = abs(actual - expected)
    both_nan = options.equal_nan and actual != actual and expected != expected
    if both_nan or actual == expected or difference <= atol + rtol * abs(expected):
        return
    relative = difference / abs(expected) if expected else math.inf
    allowed = [f" (up to {tolerance} allowed)" if rtol or atol else "" for tolerance in (atol, rtol)]
    raise _Difference(f"Scalars are not {'close' if rtol or atol else 'equal'}!\n\nExpected {expected} but got {actual}.\n"
                      f"Absolute difference: {difference}{allowed[0]}\nRelative difference: {relative}{allowed[1]}", path)


def _compare_tensors(actual, expected, options, path):
    if actual.shape != expected.shape:
        raise _Difference(_attribute("shape", actual.shape, expected.shape), path)
    if options.check_dtype and actual.dtype != expected.dtype:
        raise _Difference(_attribute("dtype", actual.dtype, expected.dtype), path)
    if options.check_stride and actual.stride() != expected.stride():
        raise _Difference(_attribute("stride()", actual.stride(), expected.stride()), path)
    rtol, atol = _tolerances(options, actual.dtype, expected.dtype)
    dtype = wick.promote_types(actual.dtype, expected.dtype)
    with wick.no_grad():
        # Integers are compared as such; differences of small types would overflow.
        wide = dtype if dtype.is_floating_point or dtype.is_complex else wick.int64
        actual, expected = actual.detach().to(wide), expected.detach().to(wide)
        close = wick.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=options.equal_nan)
        if close.all():
            return
        wrong = ~close
        absolute = (actual - expected).abs()
        relative = absolute / expected.abs()
        count = int(wrong.sum())
        if actual.dim() == 0:
            text = (f"Expected {expected.item()} but got {actual.item()}.\n" + _worst("Absolute", absolute, wrong, atol, rtol or atol, False)
                    + "\n" + _worst("Relative", relative, wrong, rtol, rtol or atol, False))
            kind = "Scalars"
        else:
            text = (f"Mismatched elements: {count} / {wrong.numel()} ({count / wrong.numel():.1%})\n"
                    + _worst("Greatest absolute", absolute, wrong, atol, rtol or atol, True) + "\n"
                    + _worst("Greatest relative", relative, wrong, rtol, rtol or atol, True))
            kind = "Tensor-likes"
    raise _Difference(f"{kind} are not {'close' if rtol or atol else 'equal'}!\n\n{text}", path)


def _attribute(name, actual, expected):
    return f"The values for attribute '{name}' do not match: {actual} != {expected}."


def _worst(kind, differences, wrong, tolerance, has_tolerance, tells_place):
    """The greatest of the differences that are too great."""
    masked = wick.where(wrong, differences, wick.zeros_like(differences))
    place = int(masked.argmax())
    text = f"{kind} difference: {masked.flatten()[place].item()}"
    if tells_place:
        index = []
        for size in reversed(differences.shape):
            place, at = divmod(place, size)
            index.insert(0, at)
        text += f" at index {tuple(index)}"
    return text + (f" (up to {tolerance} allowed)" if has_tolerance else "")


def make_tensor(*shape, dtype, device=None, low=None, high=None, requires_grad=False, noncontiguous=False, exclude_zero=False,
                memory_format=None):
    """A tensor of random elements in [low, high): of [-9, 9) for floats and complex numbers, of [-9, 10) for integers, [0, 10) for
    those without a sign. With exclude_zero zeros become the smallest positive number, or 1."""
    shape = tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else shape
    if noncontiguous and memory_format is not None:
        raise ValueError(f"The parameters `noncontiguous` and `memory_format` are mutually exclusive, but got noncontiguous={noncontiguous} "
                         f"and memory_format={memory_format}")
    if requires_grad and not (dtype.is_floating_point or dtype.is_complex):
        raise ValueError(f"`requires_grad=True` is not supported for boolean and integral dtypes, but got dtype={dtype}")
    is_real = dtype.is_floating_point or dtype.is_complex
    least, most = (0, 2) if dtype == wick.bool else (-9, 9) if is_real else (-9 if dtype.is_signed else 0, 10)
    low, high = least if low is None else low, most if high is None else high
    if not low < high:
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    if noncontiguous := noncontiguous and math.prod(shape) > 1:  # every second element of a row twice as long
        shape = (*shape[:-1], 2 * shape[-1])
    if is_real:
        made = wick.empty(shape, dtype=dtype)
        (wick.view_as_real(made) if dtype.is_complex else made).uniform_(low, high)
    else:
        made = wick.randint(math.ceil(low), math.ceil(high), shape, dtype=dtype)
    if noncontiguous:
        made = made[..., 1::2]
    elif memory_format is not None:
        made = made.clone(memory_format=memory_format)
    if exclude_zero:
        made[made == 0] = wick.finfo(dtype).tiny if is_real else 1
    return made.requires_grad_(requires_grad)


def assert_allclose(actual, expected, rtol=None, atol=None, equal_nan=True, msg=""):
    """assert_close under its old name, which takes arrays and numbers of any dtype."""
    import wick

    actual, expected = (value if isinstance(value, wick.Tensor) else wick.as_tensor(value) for value in (actual, expected))
    assert_close(actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan, check_device=True, check_dtype=False, check_stride=False,
                 msg=msg or None)
