"""Finding where a gradient went wrong."""
import warnings

from .. import _wick


class detect_anomaly:
    """A context in which recorded functions keep the place that they were called from. When the backward of one raises, or
    with `check_nan` gives NaN (which is a RuntimeError), a warning shows that place."""

    def __init__(self, check_nan=True):
        self._before = _state()
        self._check_nan = check_nan
        warnings.warn("Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled "
                      "for debugging.", stacklevel=2)

    def __enter__(self):
        self._before = _state()
        _wick._set_anomaly_enabled(True, self._check_nan)

    def __exit__(self, *error):
        _wick._set_anomaly_enabled(*self._before)


class set_detect_anomaly:
    """Turns the mode on or off, until the end of the context where it is used as one."""

    def __init__(self, mode, check_nan=True):
        self._before = _state()
        _wick._set_anomaly_enabled(mode, check_nan)

    def __enter__(self):
        pass

    def __exit__(self, *error):
        _wick._set_anomaly_enabled(*self._before)


def _state():
    return _wick.is_anomaly_enabled(), _wick.is_anomaly_check_nan_enabled()
