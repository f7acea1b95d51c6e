"""autocast, and the mode that it sets: in which dtypes operators compute (wick/ops/autocast.h)."""
import collections.abc
import functools
import warnings

from .. import _wick
from .._wick import bfloat16, float16, float64

_DEVICES = ("cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy", "vulkan", "mps", "meta",
            "hpu", "mtia", "privateuseone")
_absent_dtypes = {}


def _check(device_type):
    if device_type not in _DEVICES:
        raise RuntimeError(f"Expected one of {', '.join(_DEVICES)} device type at start of device string: {device_type}")


def is_autocast_available(device_type):
    """Whether autocast knows the device; only "cpu" computes."""
    _check(device_type)
    return device_type in ("cpu", "cuda", "ipu", "xpu", "xla", "mps", "hpu", "mtia", "maia")


def is_autocast_enabled(device_type="cuda"):
    _check(device_type)
    return device_type == "cpu" and _wick._is_autocast_enabled()


def set_autocast_enabled(device_type, enabled):
    """Sets the mode of this thread; other devices than the CPU have none."""
    _check(device_type)
    if device_type == "cpu":
        _wick._set_autocast_enabled(enabled)


def get_autocast_dtype(device_type):
    _check(device_type)
    if device_type == "cpu":
        return _wick._get_autocast_dtype()
    return _absent_dtypes.get(device_type, bfloat16 if device_type == "xla" else float16)


def set_autocast_dtype(device_type, dtype):
    _check(device_type)
    if device_type == "cpu":
        _wick._set_autocast_dtype(dtype)
    else:
        _absent_dtypes[device_type] = dtype


def is_autocast_cpu_enabled():
    return is_autocast_enabled("cpu")


def set_autocast_cpu_enabled(enabled):
    set_autocast_enabled("cpu", enabled)


def get_autocast_cpu_dtype():
    return get_autocast_dtype("cpu")


def set_autocast_cpu_dtype(dtype):
    set_autocast_dtype("cpu", dtype)


def get_autocast_gpu_dtype():
    return get_autocast_dtype("cuda")


def set_autocast_gpu_dtype(dtype):
    set_autocast_dtype("cuda", dtype)


class autocast:
    """A context, or a decorator, in which matrix products and convolutions compute in `dtype`, bfloat16 or float16."""

    def __init__(self, device_type, dtype=None, enabled=True, cache_enabled=None):
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        self.device = device_type
        self.fast_dtype = get_autocast_dtype(device_type) if dtype is None else dtype
        self._cache_enabled = _wick.is_autocast_cache_enabled() if cache_enabled is None else cache_enabled
        self._enabled = enabled and self._can_be_enabled()
        self._outer = []

    def _can_be_enabled(self):
        if self.device != "cpu":
            warnings.warn(f"User provided device_type of '{self.device}', but {self.device.upper()} is not available. Disabling", stacklevel=3)
            return False
        if self.fast_dtype not in (bfloat16, float16):
            warnings.warn("In CPU autocast, but the target dtype is not supported. Disabling autocast.\n"
                          "CPU Autocast only supports dtypes of torch.bfloat16, torch.float16 currently.", stacklevel=3)
            return False
        return True

    def __enter__(self):
        self._outer.append((_wick.is_autocast_cache_enabled(), is_autocast_enabled(self.device), get_autocast_dtype(self.device)))
        self._set(self._cache_enabled, self._enabled, self.fast_dtype)
        _wick.autocast_increment_nesting()
        return self

    def __exit__(self, *exception):
        _wick.autocast_decrement_nesting()
        self._set(*self._outer.pop())
        return False

    def _set(self, cache_enabled, enabled, dtype):
        _wick.set_autocast_cache_enabled(cache_enabled)
        set_autocast_enabled(self.device, enabled)
        set_autocast_dtype(self.device, dtype)

    def __call__(self, function):
        return _in_autocast(self, function)


def _in_autocast(context, function):
    @functools.wraps(function)
    def called(*args, **kwargs):
        with context:
            return function(*args, **kwargs)

    called.__script_unsupported = "@autocast() decorator is not supported in script mode"
    return called


def _cast(value, device_type, dtype):
    if isinstance(value, _wick.Tensor):
        is_eligible = value.is_floating_point() and value.device.type == device_type and value.dtype is not float64
        return value.to(dtype) if is_eligible else value
    if isinstance(value, (str, bytes)):
        return value
    if isinstance(value, collections.abc.Mapping):
        return {_cast(key, device_type, dtype): _cast(item, device_type, dtype) for key, item in value.items()}
    if isinstance(value, collections.abc.Iterable):
        items = (_cast(item, device_type, dtype) for item in value)
        return type(value)(items) if isinstance(value, (list, tuple)) else items
    return value


def custom_fwd(fwd=None, *, device_type, cast_inputs=None):
    """For the forward of an autograd.Function: with `cast_inputs` it gets floating tensors in that dtype, and computes without autocast."""
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def called(ctx, *args, **kwargs):
        is_enabled = is_autocast_enabled(device_type)
        ctx._dtype = get_autocast_dtype(device_type)
        ctx._fwd_used_autocast = is_enabled and cast_inputs is None
        if not is_enabled or cast_inputs is None:
            return fwd(ctx, *args, **kwargs)
        with autocast(device_type, enabled=False):
            return fwd(ctx, *_cast(args, device_type, cast_inputs), **_cast(kwargs, device_type, cast_inputs))

    return called


def custom_bwd(bwd=None, *, device_type):
    """For the backward that belongs to such a forward: it runs in the mode that the forward ran in."""
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def called(ctx, *args, **kwargs):
        with autocast(device_type, enabled=ctx._fwd_used_autocast, dtype=ctx._dtype):
            return bwd(ctx, *args, **kwargs)

    return called
