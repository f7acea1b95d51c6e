"""Every layer, from the module of its family."""
import importlib as _importlib

from .module import Module

__all__ = ["Module"]

_FAMILIES = (
    "linear activation batchnorm channelshuffle container conv distance dropout flatten fold instancenorm loss normalization padding "
    "pixelshuffle pooling sparse upsampling rnn transformer lazy"
)


def gather(nn):
    """Imports them all into this package and into `nn`, from which the later families import the earlier ones."""
    for family in _FAMILIES.split():
        module = _importlib.import_module(f"{__name__}.{family}")
        for name, value in vars(module).items():
            if isinstance(value, type) and value.__module__ == module.__name__ and not name.startswith("_"):
                globals()[name] = nn[name] = value
                __all__.append(name)
