"""Where tensors are made: on the CPU. Devices are contexts in which that is said."""
from ._wick import device
from .random import get_rng_state, set_rng_state

# The devices of the `with` statements that are running, with the state of the random numbers before each.
_contexts = []


def get_default_device():
    return _contexts[-1][0] if _contexts else device("cpu")


def set_default_device(where):
    if where is not None and device(where).type != "cpu":
        raise RuntimeError(f"wick computes on the CPU, not on {where}")


def _enter(self):
    """`with device:` for the CPU, and for "meta": tensors have memory there, too, but nothing is drawn for them."""
    if self.type not in ("cpu", "meta"):
        raise RuntimeError(f"wick computes on the CPU, not on {self}")
    _contexts.append((self, get_rng_state()))
    return self


def _exit(self, *error):
    where, state = _contexts.pop()
    if where.type == "meta":
        set_rng_state(state)


device.__enter__, device.__exit__ = _enter, _exit
