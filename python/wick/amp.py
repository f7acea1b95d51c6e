"""torch.amp, of a machine without CUDA: what is meant for a device there is disabled here, as PyTorch does."""
import functools
import warnings

__all__ = ["GradScaler", "autocast"]


class autocast:
    """A context, or a decorator, that changes nothing: operators compute in the dtypes that they are given."""

    def __init__(self, device_type="cuda", dtype=None, enabled=True, cache_enabled=None):
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        if enabled and device_type == "cpu":
            raise NotImplementedError("autocast: wick computes in the dtypes that it is given; `module.bfloat16()` converts a module")
        if enabled:
            warnings.warn(f"User provided device_type of '{device_type}', but CUDA is not available. Disabling", stacklevel=2)
        self.device, self.fast_dtype = device_type, dtype

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False

    def __call__(self, function):
        @functools.wraps(function)
        def called(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return called


class GradScaler:
    """Scales by 1: `scale` gives the loss itself, `step` is the optimizer's."""

    def __init__(self, device="cuda", init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        if enabled and device == "cpu":
            raise NotImplementedError("GradScaler: gradients of float16 parameters are not scaled on the CPU")
        if enabled:
            warnings.warn("torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.", stacklevel=2)

    def is_enabled(self):
        return False

    def get_scale(self):
        return 1.0

    def scale(self, outputs):
        return outputs

    def unscale_(self, optimizer):
        """Gradients are not scaled."""

    def step(self, optimizer, *args, **kwargs):
        return optimizer.step(*args, **kwargs)

    def update(self, new_scale=None):
        """There is no scale to be changed."""

    def state_dict(self):
        return {}

    def load_state_dict(self, state_dict):
        """A scale that does not change has no state."""
