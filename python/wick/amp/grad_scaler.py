"""GradScaler: losses are scaled so that small gradients of float16 stay above zero; steps with infinite ones are left out."""
import collections.abc
import enum
import math
import warnings

from .._grad_mode import no_grad
from .._wick import Tensor, float16, float32, tensor

__all__ = ["GradScaler", "OptState"]


class OptState(enum.Enum):
    READY = 0
    UNSCALED = 1
    STEPPED = 2


class _Optimizer:
    """What happened to an optimizer since the last update."""

    def __init__(self):
        self.stage, self.found_inf = OptState.READY, None


class GradScaler:
    """Without CUDA that of "cuda" is disabled: `scale` gives the loss itself, `step` is the optimizer's."""

    def __init__(self, device="cuda", init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        if enabled and device != "cpu":
            warnings.warn(f"torch.{device}.amp.GradScaler is enabled, but {device.upper()} is not available.  Disabling.", stacklevel=2)
        self._device, self._enabled = device, enabled and device == "cpu"
        if not self._enabled:
            return
        assert growth_factor > 1.0, "The growth factor must be > 1.0."
        assert backoff_factor < 1.0, "The backoff factor must be < 1.0."
        self._init_scale, self._growth_factor, self._backoff_factor = init_scale, growth_factor, backoff_factor
        self._growth_interval, self._growth_tracker = growth_interval, 0
        self._scale = None  # a tensor of one element from the first use on
        self._optimizers = {}

    def is_enabled(self):
        return self._enabled

    def scale(self, outputs):
        """The tensors, in an iterable or alone, times the scale."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            if self._scale is None:
                self._scale = tensor(self._init_scale, dtype=float32)
            return outputs * self._scale
        if isinstance(outputs, collections.abc.Iterable):
            scaled = map(self.scale, outputs)
            return type(outputs)(scaled) if isinstance(outputs, (list, tuple)) else scaled
        raise ValueError("outputs must be a Tensor or an iterable of Tensors")

    def _state_of(self, optimizer):
        return self._optimizers.setdefault(id(optimizer), _Optimizer())

    def _check_scale(self, what):
        assert self._scale is not None, (f"Attempted {what} but _scale is None.  This may indicate your script did not use "
                                         "scaler.scale(loss or outputs) earlier in the iteration.")

    def unscale_(self, optimizer):
        """Divides the gradients of the optimizer's parameters by the scale, once between updates."""
        if not self._enabled:
            return
        self._check_scale("unscale_")
        state = self._state_of(optimizer)
        if state.stage is OptState.UNSCALED:
            raise RuntimeError("unscale_() has already been called on this optimizer since the last update().")
        if state.stage is OptState.STEPPED:
            raise RuntimeError("unscale_() is being called after step().")
        self._unscale(optimizer, state, allow_float16=False)
        state.stage = OptState.UNSCALED

    @no_grad()
    def _unscale(self, optimizer, state, allow_float16):
        inverse = 1.0 / self._scale.item()
        gradients = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        for gradient in gradients:
            if gradient.dtype is float16 and not allow_float16:
                raise ValueError("Attempting to unscale FP16 gradients.")
            gradient.mul_(inverse)
        assert gradients, "No inf checks were recorded for this optimizer."
        state.found_inf = not all(gradient.isfinite().all().item() for gradient in gradients)

    def step(self, optimizer, *args, **kwargs):
        """The optimizer's step, on gradients without the scale; nothing where one of them is infinite or NaN."""
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        self._check_scale("step")
        state = self._state_of(optimizer)
        if state.stage is OptState.STEPPED:
            raise RuntimeError("step() has already been called since the last update().")
        if state.stage is OptState.READY:
            self.unscale_(optimizer)
        result = None if state.found_inf else optimizer.step(*args, **kwargs)
        state.stage = OptState.STEPPED
        return result

    @no_grad()
    def update(self, new_scale=None):
        """The next scale: `new_scale`, or less after infinite gradients, and more after `growth_interval` steps without."""
        if not self._enabled:
            return
        self._check_scale("update")
        if new_scale is not None:
            self._scale.fill_(new_scale.item() if isinstance(new_scale, Tensor) else new_scale)
        else:
            found = [state.found_inf for state in self._optimizers.values() if state.found_inf is not None]
            assert found, "No inf checks were recorded prior to update."
            self._adapt(any(found))
        self._optimizers = {}

    def _adapt(self, found_inf):
        if found_inf:
            self._scale.mul_(self._backoff_factor)
            self._growth_tracker = 0
            return
        self._growth_tracker += 1
        if self._growth_tracker == self._growth_interval:
            grown = self._scale * self._growth_factor
            if math.isfinite(grown.item()):
                self._scale.copy_(grown)
            self._growth_tracker = 0

    def get_scale(self):
        if not self._enabled:
            return 1.0
        return self._init_scale if self._scale is None else self._scale.item()

    def get_growth_factor(self):
        return self._growth_factor

    def set_growth_factor(self, new_factor):
        self._growth_factor = new_factor

    def get_backoff_factor(self):
        return self._backoff_factor

    def set_backoff_factor(self, new_factor):
        self._backoff_factor = new_factor

    def get_growth_interval(self):
        return self._growth_interval

    def set_growth_interval(self, new_interval):
        self._growth_interval = new_interval

    def state_dict(self):
        if not self._enabled:
            return {}
        return {"scale": self.get_scale(), "growth_factor": self._growth_factor, "backoff_factor": self._backoff_factor,
                "growth_interval": self._growth_interval, "_growth_tracker": self._growth_tracker}

    def load_state_dict(self, state_dict):
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError("The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler.")
        self._init_scale = state_dict["scale"]
        if self._scale is not None:
            self._scale.fill_(state_dict["scale"])
        self._growth_factor, self._backoff_factor = state_dict["growth_factor"], state_dict["backoff_factor"]
        self._growth_interval, self._growth_tracker = state_dict["growth_interval"], state_dict["_growth_tracker"]
