import importlib as _importlib

from . import clip_grad, convert_parameters, rnn
from .clip_grad import clip_grad_norm, clip_grad_norm_, clip_grad_value_, clip_grads_with_norm_, get_total_norm
from .convert_parameters import parameters_to_vector, vector_to_parameters

# Imported when they are first asked for, so that `import wick.nn` is fast.
_MODULES = {"fusion", "init", "normed", "parametrizations", "parametrize", "prune", "stateless"}
_HOMES = {
    "normed": {"remove_spectral_norm", "remove_weight_norm", "spectral_norm", "weight_norm"},
    "fusion": {"fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights"},
    "init": {"skip_init"},
}


def __getattr__(name):
    if name in _MODULES:
        return _importlib.import_module(f"{__name__}.{name}")
    for home, names in _HOMES.items():
        if name in names:
            return getattr(_importlib.import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
