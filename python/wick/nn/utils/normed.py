"""torch.nn.utils.weight_norm and spectral_norm, which compute a weight before each call. parametrizations has their successors."""
import wick

from .. import functional as F
from ..parameter import Parameter


class _Weight:
    """A hook that sets a module's weight."""

    def __init__(self, name):
        self.name = name

    def __call__(self, module, inputs):
        setattr(module, self.name, self.compute(module))

    def attach(self, module):
        for hook, _ in module._forward_pre_hooks.values():
            if type(hook) is type(self) and hook.name == self.name:
                raise RuntimeError(f"Cannot register two {self.what} hooks on the same parameter {self.name}")
        weight = module._parameters.pop(self.name)
        setattr(module, self.name, self.keep(module, weight))
        module.register_forward_pre_hook(self)
        return module

    @classmethod
    def remove(cls, module, name):
        for key, (hook, _) in module._forward_pre_hooks.items():
            if isinstance(hook, cls) and hook.name == name:
                with wick.no_grad():
                    weight = hook.compute(module, is_last=True).detach()
                delattr(module, name)
                hook.forget(module)
                module.register_parameter(name, Parameter(weight))
                del module._forward_pre_hooks[key]
                return module
        raise ValueError(f"{cls.what} of '{name}' not found in {module}")


class _WeightNorm(_Weight):
    what = "weight_norm"

    def __init__(self, name, dim):
        super().__init__(name)
        self.dim = -1 if dim is None else dim

    def keep(self, module, weight):
        module.register_parameter(self.name + "_g", Parameter(wick.norm_except_dim(weight, 2, self.dim).detach()))
        module.register_parameter(self.name + "_v", Parameter(weight.detach()))
        return self.compute(module)

    def compute(self, module, is_last=False):
        return wick._weight_norm(getattr(module, self.name + "_v"), getattr(module, self.name + "_g"), self.dim)

    def forget(self, module):
        delattr(module, self.name + "_g")
        delattr(module, self.name + "_v")


class _SpectralNorm(_Weight):
    what = "spectral_norm"

    def __init__(self, name, n_power_iterations, dim, eps):
        super().__init__(name)
        if n_power_iterations <= 0:
            raise ValueError(f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}")
        self.n_power_iterations, self.dim, self.eps = n_power_iterations, dim, eps

    def _matrix(self, weight):
        return weight.movedim(self.dim, 0).flatten(1)

    def keep(self, module, weight):
        with wick.no_grad():
            u, v = (F.normalize(weight.new_empty(size).normal_(0, 1), dim=0, eps=self.eps) for size in self._matrix(weight).shape)
        module.register_parameter(self.name + "_orig", weight)
        module.register_buffer(self.name + "_u", u)
        module.register_buffer(self.name + "_v", v)
        return weight.data  # until the first call: who initialises it initialises the parameter

    def compute(self, module, is_last=False):
        weight = getattr(module, self.name + "_orig")
        # The module's buffers: they may have been loaded, or converted.
        u, v = getattr(module, self.name + "_u"), getattr(module, self.name + "_v")
        matrix = self._matrix(weight)
        if module.training and not is_last:
            with wick.no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(F.normalize(wick.mv(matrix.t(), u), dim=0, eps=self.eps))
                    u.copy_(F.normalize(wick.mv(matrix, v), dim=0, eps=self.eps))
            # Copies: the next call changes the buffers, which this one's gradient needs.
            u, v = u.clone(), v.clone()
        return weight / wick.dot(u, wick.mv(matrix, v))

    def forget(self, module):
        for end in ("_orig", "_u", "_v"):
            delattr(module, self.name + end)


def weight_norm(module, name="weight", dim=0):
    """Makes the weight name_g * name_v / |name_v|; `dim` None: with one norm for all of it."""
    return _WeightNorm(name, dim).attach(module)


def remove_weight_norm(module, name="weight"):
    return _WeightNorm.remove(module, name)


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """Makes the weight name_orig divided by its spectral norm, which a power iteration estimates in each call of training."""
    if dim is None:
        dim = 1 if type(module).__name__.startswith("ConvTranspose") else 0
    return _SpectralNorm(name, n_power_iterations, dim, eps).attach(module)


def remove_spectral_norm(module, name="weight"):
    return _SpectralNorm.remove(module, name)
