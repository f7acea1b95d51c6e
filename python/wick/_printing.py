"""How tensors are shown as text."""
import contextlib
import math

from . import _wick

_PROFILES = {
    "default": dict(precision=4, threshold=1000, edgeitems=3, linewidth=80),
    "short": dict(precision=2, threshold=1000, edgeitems=2, linewidth=80),
    "full": dict(precision=4, threshold=math.inf, edgeitems=3, linewidth=80),
}


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None):
    """Digits after the point; from how many elements on only edgeitems at each end are shown; columns of a line; a set of
    these ("default", "short", "full"); whether numbers are in scientific notation (None: where they ask for it)."""
    given = dict(precision=precision, threshold=threshold, edgeitems=edgeitems, linewidth=linewidth)
    options = _wick._print_options() | _PROFILES.get(profile, {})
    options |= {name: value for name, value in given.items() if value is not None}
    _wick._set_print_options(**options | {"sci_mode": sci_mode})


def get_printoptions():
    return _wick._print_options()


@contextlib.contextmanager
def printoptions(**kwargs):
    """set_printoptions for the extent of a `with`."""
    before = get_printoptions()
    set_printoptions(**kwargs)
    try:
        yield
    finally:
        _wick._set_print_options(**before)
