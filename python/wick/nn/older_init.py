"""The older names of nn.init's functions, without the underscore."""
import functools
import warnings

from . import init

_NAMES = "constant dirac eye kaiming_normal kaiming_uniform normal orthogonal sparse uniform xavier_normal xavier_uniform"


def _older(name):
    newer = getattr(init, name + "_")

    @functools.wraps(newer)
    def function(*args, **kwargs):
        warnings.warn(f"`nn.init.{name}` is now deprecated in favor of `nn.init.{name}_`.", FutureWarning, stacklevel=2)
        return newer(*args, **kwargs)

    function.__name__ = name
    return function


for _name in _NAMES.split():
    setattr(init, _name, _older(_name))
