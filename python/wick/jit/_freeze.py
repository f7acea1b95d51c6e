"""torch.jit.freeze and what belongs to it."""
from .. import _wick
from .._wick import ScriptModule


def freeze(mod, preserved_attrs=None, optimize_numerics=True):
    """A module whose parameters and attributes are constants of one graph; `preserved_attrs` (attributes, methods) stay."""
    if not isinstance(mod, ScriptModule):
        raise RuntimeError(
            "Freezing expects a ScriptModule as input. Please use torch.jit.script or torch.jit.trace to script your 'nn.Module'."
        )
    return _wick._freeze(mod, list(preserved_attrs or []), optimize_numerics)


def run_frozen_optimizations(mod, optimize_numerics=True, preserved_methods=None):
    """Optimises a frozen module in place: its forward and the methods that were preserved."""
    _wick._run_frozen_optimizations(mod, optimize_numerics, list(preserved_methods or []))


def optimize_for_inference(mod, other_methods=None):
    """The module, frozen if it is not yet."""
    if not isinstance(mod, ScriptModule):
        raise RuntimeError(
            "optimize_for_inference expects a ScriptModule as input. Please use torch.jit.script or torch.jit.trace to script your 'nn.Module'."
        )
    return _wick._optimize_for_inference(mod, list(other_methods or []))
