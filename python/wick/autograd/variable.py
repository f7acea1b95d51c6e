"""Variable, as tensors with gradients were once called."""
from .. import _wick


class _VariableType(type):
    def __instancecheck__(cls, value):
        return isinstance(value, _wick.Tensor)


class Variable(metaclass=_VariableType):
    """Variable(tensor, requires_grad): a tensor on the same elements, without history."""

    def __new__(cls, data=None, requires_grad=False, volatile=False):
        import wick

        return (wick.empty(0) if data is None else data).detach().requires_grad_(requires_grad)
