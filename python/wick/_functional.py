"""Functions of torch.functional that are easier said in Python than as operators."""
from . import _wick

_einsum = _wick._operator("einsum")


def einsum(equation, *operands):
    """Sums of products of elements: `ij,jk->ik` of two matrices is their product. The operands come one by one, or as a list."""
    from .overrides import handle_torch_function, has_torch_function

    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = operands[0]
    if has_torch_function(operands):
        return handle_torch_function(einsum, operands, equation, *operands)
    return _einsum(equation, *operands)
