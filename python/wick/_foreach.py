"""torch._foreach_…: an operator on each of a list of tensors, as optimizers say it."""
from . import _library
from ._wick import Tensor

_ON_NUMBERS = {"maximum": "clamp_min", "minimum": "clamp_max"}
_UNARY = ("abs acos asin atan ceil clone cos cosh erf erfc exp expm1 floor frac lgamma log log10 log1p log2 max neg reciprocal round rsqrt "
          "sigmoid sign sin sinh sqrt tan tanh trunc zero_").split()
_OF_TWO = "add clamp_max clamp_min copy_ div lerp maximum minimum mul pow sub".split()
_OF_THREE = "addcdiv addcmul".split()
# As PyTorch names them behind the list; which of them comes, its type says.
_SECOND = ("other", "scalar", "scalars", "exponent", "weight", "weights", "src")
_THIRD = ("value", "scalars")


def _check_lengths(tensors, others):
    if len(tensors) != len(others):
        raise RuntimeError(f"Tensor lists must have the same number of tensors, got {len(tensors)} and {len(others)}"
                           if isinstance(others[0] if others else None, Tensor) else
                           "Tensor list must have same number of elements as scalar list.")


def _each(tensors, argument):
    """What belongs to each of the tensors: one of a list, or the same for all."""
    if isinstance(argument, (list, tuple)):
        _check_lengths(tensors, argument)
        return argument
    return [argument] * len(tensors)


def _named(args, kwargs, names):
    """The argument in front, or the one that has one of these names."""
    if args:
        return args.pop(0)
    found = next((name for name in names if name in kwargs), None)
    if found is None:
        raise TypeError(f"missing one of the arguments {', '.join(names)}")
    return kwargs.pop(found)


def _call_of(name):
    """call(tensors, *args, **kwargs): the results, one for each of the tensors."""
    in_place = "_" if name.endswith("_") else ""
    base = name.removesuffix("_")

    def unary(tensors):
        return [operator(tensor) for tensor in tensors]

    def norm(tensors, ord=2, dtype=None):
        return [operator(tensor, ord, dtype=dtype) for tensor in tensors]

    def of_two(tensors, *args, **kwargs):
        args = list(args)
        second = _each(tensors, _named(args, kwargs, ("tensors1", *_SECOND)))
        if base == "lerp":
            second = zip(second, _each(tensors, _named(args, kwargs, _SECOND)))
            return [operator(tensor, *pair) for tensor, pair in zip(tensors, second)]
        if base == "copy":
            args, kwargs = [], {}  # whether to wait
        return [(operator if isinstance(other, Tensor) else on_numbers)(tensor, other, *args, **kwargs) for tensor, other in zip(tensors, second)]

    def powers(base, exponents, **kwargs):
        if isinstance(base, (list, tuple)):
            return of_two(base, exponents, **kwargs)
        return [operator(base, exponent) for exponent in exponents]

    def of_three(tensors, tensor1, tensor2, *args, **kwargs):
        _check_lengths(tensors, tensor1)
        _check_lengths(tensors, tensor2)
        values = _named(list(args), kwargs, _THIRD) if args or kwargs else 1
        values = values.tolist() if isinstance(values, Tensor) else values
        return [operator(tensor, one, two, value=value) for tensor, one, two, value in zip(tensors, tensor1, tensor2, _each(tensors, values))]

    if name in _UNARY or base in _UNARY:
        operator = _library.operator(name)
        return unary
    operator = _library.operator({"norm": "linalg_vector_norm"}.get(base, base + in_place))
    if operator is None and in_place:
        functional = _library.operator(base)

        def operator(tensor, *args):
            return tensor.copy_(functional(tensor, *args))
    on_numbers = _library.operator(_ON_NUMBERS.get(base, base) + in_place)
    if base == "norm":
        return norm
    if name == "pow":
        return powers
    if base in _OF_THREE:
        return of_three
    return of_two if base in _OF_TWO or name in _OF_TWO else None


def foreach(name):
    """torch._foreach_NAME, or None. Results are a tuple; those in place are the list, changed."""
    call = _call_of(name)
    if call is None:
        return None
    in_place = name.endswith("_")

    def function(self, *args, **kwargs):
        if isinstance(self, (list, tuple)) and not self:
            raise RuntimeError("Tensor list must have at least one tensor.")
        made = call(self, *args, **kwargs)
        return self if in_place else tuple(made)

    function.__name__ = function.__qualname__ = f"_foreach_{name}"
    return function
