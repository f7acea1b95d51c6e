"""Pruning: parameters of which a mask leaves only some numbers. torch.nn.utils.prune.

A pruned `weight` is an attribute, computed before each call as `weight_orig`, the parameter, times `weight_mask`, a buffer.
"""
import abc
import numbers
from collections.abc import Iterable

import wick

from .convert_parameters import parameters_to_vector


class BasePruningMethod(abc.ABC):
    """A way to choose what is left: `compute_mask` chooses, `apply` prunes a module. PRUNING_TYPE says what a further pruning
    chooses among: the numbers that are left ("unstructured"), the channels that are left ("structured"), or everything ("global")."""

    _tensor_name = None

    def __call__(self, module, inputs):
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abc.abstractmethod
    def compute_mask(self, t, default_mask):
        """A mask like `default_mask` with more zeros, for importances `t`."""

    def apply_mask(self, module):
        """The parameter as its mask leaves it."""
        assert self._tensor_name is not None, f"Module {module} has to be pruned"
        original = getattr(module, self._tensor_name + "_orig")
        return getattr(module, self._tensor_name + "_mask").to(dtype=original.dtype) * original

    @classmethod
    def apply(cls, module, name, *args, importance_scores=None, **kwargs):
        """Prunes module.<name>, further than it is; its numbers themselves are their importances unless others are given."""
        method = cls(*args, **kwargs)
        method._tensor_name = name
        present = [(key, hook) for key, hook in _methods_of(module) if hook._tensor_name == name]
        tensor = getattr(module, name)
        importances = tensor if importance_scores is None else importance_scores
        _check_scores(importances, tensor, f"parameter {name} of {module}")
        if present:
            key, earlier = present[0]
            container = earlier if isinstance(earlier, PruningContainer) else PruningContainer(earlier)
            container.add_pruning_method(method)
            method = container
            mask = method.compute_mask(importances, default_mask=getattr(module, name + "_mask").detach().clone())
            del module._forward_pre_hooks[key]
        else:
            mask = method.compute_mask(importances, default_mask=wick.ones_like(tensor))
            del module._parameters[name]
            module.register_parameter(name + "_orig", tensor)
        module.register_buffer(name + "_mask", mask)
        setattr(module, name, method.apply_mask(module))
        module.register_forward_pre_hook(method)
        return method

    def prune(self, t, default_mask=None, importance_scores=None):
        """A tensor as this method would leave it."""
        importances = t if importance_scores is None else importance_scores
        _check_scores(importances, t, "tensor t")
        return t * self.compute_mask(importances, default_mask=wick.ones_like(t) if default_mask is None else default_mask)

    def remove(self, module):
        """Makes the pruned numbers the parameter's own."""
        name = self._tensor_name
        assert name is not None, f"Module {module} has to be pruned before pruning can be removed"
        pruned = self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        original = module._parameters.pop(name + "_orig")
        original.data = pruned.data
        del module._buffers[name + "_mask"]
        setattr(module, name, original)


class PruningContainer(BasePruningMethod):
    """Several methods, one after the other."""

    def __init__(self, *args):
        self._pruning_methods = ()
        if len(args) == 1:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method):
        if method is not None and not isinstance(method, BasePruningMethod):
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if method is not None and self._tensor_name != method._tensor_name:
            raise ValueError(f"Can only add pruning methods acting on the parameter named '{self._tensor_name}' to PruningContainer "
                             f"{self}. Found '{method._tensor_name}'")
        self._pruning_methods += (method,)

    def __len__(self):
        return len(self._pruning_methods)

    def __iter__(self):
        return iter(self._pruning_methods)

    def __getitem__(self, idx):
        return self._pruning_methods[idx]

    def compute_mask(self, t, default_mask):
        """What the last method leaves of what the mask leaves."""
        method = self._pruning_methods[-1]
        mask = default_mask.to(dtype=t.dtype)
        if method.PRUNING_TYPE == "unstructured":
            place = default_mask == 1
        elif method.PRUNING_TYPE == "structured":
            if not hasattr(method, "dim"):
                raise AttributeError('Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.')
            dim = method.dim + t.dim() if method.dim < 0 else method.dim
            if dim < 0:
                raise IndexError(f"Index is out of bounds for tensor with dimensions {t.dim()}")
            place = _along(dim, t, _sum_but(dim, default_mask) != 0)
        elif method.PRUNING_TYPE == "global":
            place = (slice(None),) * t.dim()
        else:
            raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
        part = method.compute_mask(t[place], default_mask=default_mask[place])
        mask = mask.clone()
        mask[place] = part.to(dtype=mask.dtype)
        return mask


class Identity(BasePruningMethod):
    """Prunes nothing."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t, default_mask):
        return default_mask


class _Some(BasePruningMethod):
    """Prunes `amount`: so many, or that part of all."""

    def __init__(self, amount):
        if not isinstance(amount, numbers.Real):
            raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
        if amount < 0 or (not isinstance(amount, numbers.Integral) and amount > 1):
            raise ValueError(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")
        self.amount = amount

    def _count(self, size):
        """How many of `size` are pruned."""
        if not isinstance(self.amount, numbers.Integral):
            return round(self.amount * size)
        if self.amount > size:
            raise ValueError(f"amount={self.amount} should be smaller than the number of parameters to prune={size}")
        return self.amount


class _SomeNumbers(_Some):
    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t, default_mask):
        count = self._count(t.nelement())
        mask = default_mask.clone(memory_format=wick.contiguous_format)
        if count:
            mask.view(-1)[self._choose(t, count)] = 0
        return mask


class RandomUnstructured(_SomeNumbers):
    """Prunes numbers at random."""

    def _choose(self, t, count):
        return wick.topk(wick.rand_like(t).view(-1), k=count).indices


class L1Unstructured(_SomeNumbers):
    """Prunes the smallest numbers."""

    def _choose(self, t, count):
        return wick.topk(wick.abs(t).view(-1), k=count, largest=False).indices


class _SomeChannels(_Some):
    PRUNING_TYPE = "structured"

    def compute_mask(self, t, default_mask):
        if t.dim() <= 1:
            raise ValueError(f"Structured pruning can only be applied to multidimensional tensors. Found tensor of shape {t.shape} "
                             f"with {t.dim()} dims")
        if self.dim >= t.dim():
            raise IndexError(f"Invalid index {self.dim} for tensor of size {t.shape}")
        size = t.shape[self.dim]
        count = self._count(size)
        if not count:
            return default_mask
        mask = wick.zeros_like(t)
        mask[_along(self.dim, t, self._keep(t, size, count))] = 1
        return mask * default_mask.to(dtype=mask.dtype)


class RandomStructured(_SomeChannels):
    """Prunes channels along `dim` at random."""

    def __init__(self, amount, dim=-1):
        super().__init__(amount)
        self.dim = dim

    def _keep(self, t, size, count):
        drawn = wick.rand(size)
        return drawn > wick.kthvalue(drawn, k=count).values


class LnStructured(_SomeChannels):
    """Prunes the channels along `dim` of the smallest n-norm."""

    def __init__(self, amount, n, dim=-1):
        super().__init__(amount)
        self.n, self.dim = n, dim

    def _keep(self, t, size, count):
        norm = wick.norm(t, p=self.n, dim=_others(self.dim, t))
        return wick.topk(norm, k=size - count, largest=True).indices


class CustomFromMask(BasePruningMethod):
    """Prunes what a given mask says."""

    PRUNING_TYPE = "global"

    def __init__(self, mask):
        self.mask = mask

    def compute_mask(self, t, default_mask):
        assert default_mask.shape == self.mask.shape, \
            f"default_mask shape {default_mask.shape} must match self.mask shape {self.mask.shape}"
        return default_mask * self.mask.to(dtype=default_mask.dtype)


def identity(module, name):
    Identity.apply(module, name)
    return module


def random_unstructured(module, name, amount):
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module, name, amount, importance_scores=None):
    L1Unstructured.apply(module, name, amount, importance_scores=importance_scores)
    return module


def random_structured(module, name, amount, dim):
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module, name, amount, n, dim, importance_scores=None):
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module, name, mask):
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(parameters, pruning_method, importance_scores=None, **kwargs):
    """Prunes all `parameters`, (module, name) pairs, as if they were one tensor."""
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    scores = {} if importance_scores is None else importance_scores
    if not isinstance(scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError('Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method '
                        f"{pruning_method} of type {method.PRUNING_TYPE}")
    parameters = list(parameters)
    tensors = [getattr(module, name) for module, name in parameters]
    importances = parameters_to_vector([scores.get(place, tensor) for place, tensor in zip(parameters, tensors)])
    masks = parameters_to_vector([getattr(module, name + "_mask", wick.ones_like(tensor))
                                  for (module, name), tensor in zip(parameters, tensors)])
    mask = PruningContainer(method).compute_mask(importances, masks)
    for (module, name), tensor, part in zip(parameters, tensors, mask.split([tensor.numel() for tensor in tensors])):
        custom_from_mask(module, name, mask=part.view_as(tensor))


def remove(module, name):
    """Ends the pruning of module.<name>, which becomes a parameter with the numbers that it has now."""
    for key, method in _methods_of(module):
        if method._tensor_name == name:
            method.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")


def is_pruned(module):
    """Whether anything in the module is."""
    return any(_methods_of(part) for part in module.modules())


def _methods_of(module):
    return [(key, hook) for key, (hook, _) in module._forward_pre_hooks.items() if isinstance(hook, BasePruningMethod)]


def _check_scores(scores, tensor, what):
    assert scores.shape == tensor.shape, \
        f"importance_scores should have the same shape as {what}, got {scores.shape} vs {tensor.shape}"


def _others(dim, t):
    """The dimensions but one."""
    return [d for d in range(t.dim()) if d != dim % t.dim()]


def _sum_but(dim, t):
    return t.sum(dim=_others(dim, t))


def _along(dim, t, index):
    """The place that `index` says in one dimension."""
    place = [slice(None)] * t.dim()
    place[dim] = index
    return tuple(place)
