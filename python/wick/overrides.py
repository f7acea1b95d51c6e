"""torch.overrides: types that are no tensors and take functions of torch over, by a method __torch_function__(function, types, arguments,
keyword arguments). Operators ask them when they cannot take an argument; subclasses of Tensor are not asked."""
from ._wick import Tensor

__all__ = ["handle_torch_function", "has_torch_function", "is_tensor_like"]


def has_torch_function(relevant_args):
    """Whether one of the arguments is of such a type."""
    return any(hasattr(type(one), "__torch_function__") for one in relevant_args)


def has_torch_function_unary(obj):
    return has_torch_function((obj,))


def has_torch_function_variadic(*args):
    return has_torch_function(args)


def handle_torch_function(public_api, relevant_args, *args, **kwargs):
    """What the arguments' types make of a call; TypeError if none does."""
    takers = [one for one in relevant_args if hasattr(type(one), "__torch_function__")]
    types = tuple({type(one): None for one in takers})
    for one in takers:
        result = one.__torch_function__(public_api, types, args, kwargs)
        if result is not NotImplemented:
            return result
    raise TypeError(f"no implementation found for '{public_api.__module__}.{public_api.__name__}' on types that implement "
                    f"__torch_function__: {list(types)}")


def is_tensor_like(inp):
    return isinstance(inp, Tensor) or hasattr(type(inp), "__torch_function__")
