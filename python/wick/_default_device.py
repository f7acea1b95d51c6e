"""Where tensors are made: on the CPU, or on the meta device. Devices are contexts in which that is said."""
import threading

from . import _wick
from ._wick import device

# The devices of the `with` statements that are running, above the thread's own.
_state = threading.local()


def _devices():
    if not hasattr(_state, "devices"):
        _state.devices = [device("cpu")]
    return _state.devices


def get_default_device():
    return _devices()[-1]


def _checked(where):
    where = device("cpu") if where is None else device(where)
    if where.type not in ("cpu", "meta"):
        raise RuntimeError(f"wick computes on the CPU, not on {where}")
    return where


def _apply():
    _wick._set_makes_meta(_devices()[-1].type == "meta")


def set_default_device(where):
    _devices()[0] = _checked(where)
    _apply()


def _enter(self):
    """`with device:` factories make their tensors there."""
    _devices().append(_checked(self))
    _apply()
    return self


def _exit(self, *error):
    _devices().pop()
    _apply()


device.__enter__, device.__exit__ = _enter, _exit
