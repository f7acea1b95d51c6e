"""Classes that derive from Tensor: how their objects are made, copied and pickled, and what functions make of them (overrides.py)."""
from . import _wick
from ._weights import tensor_from_memory
from ._wick import Tensor, _operator, _TensorBytes

_alias = _operator("alias")
_plain_copy, _plain_deepcopy = Tensor.__copy__, Tensor.__deepcopy__


def __init_subclass__(cls, **kwargs):
    super(Tensor, cls).__init_subclass__(**kwargs)
    if not _wick._is_disabled_override(cls):
        from .overrides import arm

        arm()


def __torch_function__(cls, func, types, args=(), kwargs=None):
    """What becomes of a call with objects of the class: the function's results, as objects of the class."""
    return _wick._default_torch_function(cls, func, types, args, kwargs)


def as_subclass(self, cls):
    """The same elements as an object of a class that derives from Tensor, with their history."""
    return _wick._as_class(_alias(_wick._as_class(self, Tensor)), cls)


def __repr__(self):
    return _repr(self) if type(self) is Tensor else _repr_of_class(self)


def _repr_of_class(self):
    from ._values import Parameter

    if type(self) is Parameter:
        return _repr(self)
    text = self._repr_as(type(self).__name__)
    return f"Parameter({text})" if isinstance(self, Parameter) else text


def __copy__(self):
    return _with_attributes(_plain_copy(self), self)


def __deepcopy__(self, memo):
    if type(self) is Tensor and not self.__dict__:
        return _plain_deepcopy(self, memo)
    import copy

    made = memo[id(self)] = _wick._as_class(_plain_deepcopy(self, memo), type(self))
    made.__dict__.update(copy.deepcopy(self.__dict__, memo))
    return made


def _with_attributes(tensor, source):
    if type(source) is not Tensor:
        tensor = _wick._as_class(tensor, type(source))
    if source.__dict__:
        tensor.__dict__.update(source.__dict__)
    return tensor


def __reduce_ex__(self, protocol):
    """From protocol 5 on, the memory offers itself to who takes it out of band."""
    if type(self).__reduce__ is not Tensor.__reduce__:
        return self.__reduce__()
    if self.is_meta:
        function, arguments = _rebuild_meta, (self.dtype, tuple(self.shape), self.stride(), self.requires_grad)
    else:
        function, arguments = self.__reduce__() if protocol < 5 or self.is_sparse else _reduce_to_memory(self)
    if type(self) is Tensor and not self.__dict__:
        return function, arguments
    return _rebuild_from_type_v2, (function, type(self), arguments, self.__dict__)


def _reduce_to_memory(self):
    order = sorted(range(self.dim()), key=self.stride, reverse=True)
    source = _wick._as_class(self.detach(), Tensor)
    if not source.permute(order).is_contiguous():
        source = source.contiguous()
        order = range(self.dim())
    import pickle  # by whoever calls this

    memory = pickle.PickleBuffer(_TensorBytes(source.permute(tuple(order))))
    return tensor_from_memory, (memory, self.dtype, tuple(self.shape), source.stride(), self.requires_grad)


def _rebuild_meta(dtype, size, stride, requires_grad):
    """A tensor of the meta device."""
    import wick

    return wick.empty_strided(size, stride, dtype=dtype, device="meta").requires_grad_(requires_grad)


def _rebuild_from_type_v2(func, new_type, args, state):
    """A tensor of a class, with its attributes, from its pickled form."""
    made = func(*args)
    if type(made) is not new_type:
        made = _wick._as_class(made, new_type)
    if "__setstate__" in vars(new_type):
        made.__setstate__(state)
    else:
        slots = {}
        if isinstance(state, tuple) and len(state) == 2:
            state, slots = state
        made.__dict__.update(state or {})
        for name, value in (slots or {}).items():
            setattr(made, name, value)
    return made


_repr = Tensor.__repr__
Tensor.__init_subclass__ = classmethod(__init_subclass__)
Tensor.__torch_function__ = classmethod(__torch_function__)
Tensor._make_subclass = staticmethod(_wick._make_subclass)
for _function in (as_subclass, __repr__, __copy__, __deepcopy__, __reduce_ex__):
    setattr(Tensor, _function.__name__, _function)
